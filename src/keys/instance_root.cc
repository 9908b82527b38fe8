#include "keys/instance_root.h"

#include "crypto/hmac.h"
#include "foundation/file.h"
#include "foundation/limits.h"
#include "keys/key_memory.h"
#include "keys/wrapped_key.h"

namespace salus::keys {
namespace {

using Part = crypto::Context::Part;

constexpr std::uint32_t kFirstEpoch = 1;

KekName name_of(std::uint32_t epoch) {
    return {.tenant = TenantName(kInstanceName), .epoch = epoch};
}

crypto::Context root_context(std::string_view realm) {
    crypto::Context context;
    context.add(Part::realm, realm).add(Part::object_class, "instance root");
    return context;
}

Result<SecretBytes> make_root(std::filesystem::path const& root_file, KeyManagementService& service,
                              BytesView context, crypto::Random& random) {
    auto const name = name_of(kFirstEpoch);
    SALUS_TRY_VOID(service.ensure(name));
    auto root = crypto::random_secret(random, kKeyBytes);
    SALUS_TRY(auto const wrapped, service.wrap(name, context, root));
    SALUS_TRY_VOID(write_file_durably(root_file, wrapped, FileAccess::private_to_owner));
    return root;
}

Result<SecretBytes> open_root(std::filesystem::path const& root_file, KeyManagementService& service,
                              BytesView context) {
    SALUS_TRY(auto const wrapped, read_file(root_file, limits::kSealedFileBytes));
    SALUS_TRY(auto const by, read_wrapping_header(wrapped));
    return service.unwrap(name_of(by.epoch), context, wrapped);
}

}  // namespace

Result<SecretBytes> instance_file_key(std::filesystem::path const& root_file,
                                      KeyManagementService& service, std::string_view realm,
                                      std::string_view label, crypto::Random& random) {
    auto const context = root_context(realm);
    auto root = open_root(root_file, service, context.bytes());
    if (!root && root.error().code == Errc::not_found) {
        // No file; or it was wrapped anew between its reading and its opening.
        bool const is_there = std::filesystem::exists(root_file);
        root = is_there ? open_root(root_file, service, context.bytes())
                        : make_root(root_file, service, context.bytes(), random);
        if (is_there && !root && root.error().code == Errc::not_found) {
            return fail(Errc::corrupt, "the instance's root is wrapped by a key that is not there");
        }
    }
    if (!root) return fail(root.error());
    crypto::Context file_context;
    file_context.add(Part::realm, realm).add(Part::id, label);
    return crypto::derive_key(*root, "sealed-file", file_context.bytes());
}

Result<std::uint32_t> instance_root_epoch(std::filesystem::path const& root_file) {
    SALUS_TRY(auto const wrapped, read_file(root_file, limits::kSealedFileBytes));
    SALUS_TRY(auto const by, read_wrapping_header(wrapped));
    return by.epoch;
}

Result<void> rewrap_instance_root(std::filesystem::path const& root_file,
                                  KeyManagementService& service, std::string_view realm,
                                  std::uint32_t epoch) {
    auto const context = root_context(realm);
    SALUS_TRY(auto const present, instance_root_epoch(root_file));
    if (present > epoch) return fail(Errc::conflict, "the instance's root is of a later epoch");
    if (present < epoch) {
        SALUS_TRY(auto const root, open_root(root_file, service, context.bytes()));
        SALUS_TRY_VOID(service.ensure(name_of(epoch)));
        SALUS_TRY(auto const wrapped, service.wrap(name_of(epoch), context.bytes(), root));
        SALUS_TRY_VOID(write_file_durably(root_file, wrapped, FileAccess::private_to_owner));
    }
    for (auto old = kFirstEpoch; old < epoch; ++old) {
        SALUS_TRY_VOID(service.destroy(name_of(old)));
    }
    return {};
}

}  // namespace salus::keys
