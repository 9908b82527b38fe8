// `salus audit mirror-identity`: the certificate that an instance shows to its mirror.
#include "app/commands.h"
#include "app/instance.h"
#include "app/parent_job.h"
#include "app/terminal.h"
#include "crypto/certificate.h"

namespace salus::app {
namespace {

// The mirror pins the key; the certificate only carries it.
constexpr std::chrono::days kLife{3650};

Result<void> make_identity(Layout const& layout) {
    if (std::filesystem::exists(layout.mirror_client_key())) {
        return fail(Errc::conflict, "there is one already");
    }
    SALUS_TRY(auto const made,
              crypto::make_client_certificate("Salus audit log", SystemClock().now(), kLife));
    SALUS_TRY_VOID(make_private_directory(layout.mirror()));
    SALUS_TRY_VOID(write_file_durably(layout.mirror_client_certificate(), bytes_of(made.chain_pem),
                                      FileAccess::readable_by_all));
    return write_file_durably(layout.mirror_client_key(), made.key_pem.reveal(),
                              FileAccess::private_to_owner);
}

}  // namespace

int audit_mirror_identity(std::filesystem::path const& directory) {
    std::string why;
    auto const configuration = read_configuration(directory, why);
    if (!configuration) {
        say_problem(why);
        return kFailed;
    }
    Layout const layout{directory};
    if (auto const made = make_identity(layout); !made) {
        say_problem("the certificate cannot be made: " + std::string(made.error().why.text()));
        return kFailed;
    }
    say("certificate " + layout.mirror_client_certificate().string());
    for (auto const& tenant : configuration->tenants) {
        say("origin      " + audit_origin(configuration->realm, tenant));
    }
    say("origin      " + audit_origin(configuration->realm, parent_log_name()));
    say("Give the certificate, the origins and signer/checkpoint.pub to the mirror's operator.");
    return kDone;
}

}  // namespace salus::app
