#include "keys/key_management_service.h"

#include <algorithm>

namespace salus::keys {
namespace {

constexpr std::size_t kTenantNameBytes = 32;

}  // namespace

bool is_kek_name(KekName const& name) noexcept {
    auto const& tenant = name.tenant.text();
    return name.epoch != 0 && !tenant.empty() && tenant.size() <= kTenantNameBytes &&
           std::ranges::all_of(tenant, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

crypto::Context wrapping_context(std::string_view realm, KekName const& name, BytesView context) {
    using Part = crypto::Context::Part;
    crypto::Context bound;
    bound.add(Part::realm, realm)
        .add(Part::tenant, name.tenant.text())
        .add(Part::object_class, "key wrapped by the key management service")
        .add(Part::version, std::uint64_t{name.epoch})
        .add(Part::id, context);
    return bound;
}

}  // namespace salus::keys
