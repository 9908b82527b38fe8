#include "keys/instance_root.h"

#include "crypto/hmac.h"
#include "foundation/file.h"
#include "foundation/limits.h"
#include "keys/key_memory.h"

namespace salus::keys {
namespace {

using Part = crypto::Context::Part;

Result<SecretBytes> make_root(std::filesystem::path const& root_file, KeyManagementService& service,
                              KekName const& name, BytesView context, crypto::Random& random) {
    SALUS_TRY_VOID(service.ensure(name));
    auto root = crypto::random_secret(random, kKeyBytes);
    SALUS_TRY(auto const wrapped, service.wrap(name, context, root));
    SALUS_TRY_VOID(write_file_durably(root_file, wrapped, FileAccess::private_to_owner));
    return root;
}

}  // namespace

Result<SecretBytes> instance_file_key(std::filesystem::path const& root_file,
                                      KeyManagementService& service, std::string_view realm,
                                      std::string_view label, crypto::Random& random) {
    KekName const name{.tenant = TenantName(kInstanceName), .epoch = 1};
    crypto::Context root_context;
    root_context.add(Part::realm, realm).add(Part::object_class, "instance root");
    auto const wrapped = read_file(root_file, limits::kSealedFileBytes);
    if (!wrapped && wrapped.error().code != Errc::not_found) return fail(wrapped.error());
    SALUS_TRY(auto const root,
              wrapped ? service.unwrap(name, root_context.bytes(), *wrapped)
                      : make_root(root_file, service, name, root_context.bytes(), random));
    crypto::Context file_context;
    file_context.add(Part::realm, realm).add(Part::id, label);
    return crypto::derive_key(root, "sealed-file", file_context.bytes());
}

}  // namespace salus::keys
