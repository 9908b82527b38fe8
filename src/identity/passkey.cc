#include "identity/passkey.h"

#include <algorithm>

#include "identity/json_members.h"

namespace salus::identity {
namespace {

using factors::webauthn::AttestationResult;
using factors::webauthn::Credential;

}  // namespace

Result<Passkey> passkey_in(json::Value value) {
    Passkey passkey;
    Credential& credential = passkey.credential;
    SALUS_TRY(credential.id, bytes_in(value, "id"));
    SALUS_TRY(credential.public_key, bytes_in(value, "public_key"));
    SALUS_TRY(credential.user_handle, bytes_in(value, "user_handle"));
    SALUS_TRY(auto const count, integer_in(value, "sign_count"));
    credential.sign_count = static_cast<std::uint32_t>(count);
    credential.backup_eligible = is_true(value, "backup_eligible");
    credential.backed_up = is_true(value, "backed_up");
    credential.user_verified = is_true(value, "user_verified");
    SALUS_TRY(auto const transports, texts_in(value, "transports"));
    for (auto const& name : transports) {
        if (auto const transport = factors::webauthn::transport_named(name))
            credential.transports.push_back(*transport);
    }
    SALUS_TRY(auto const aaguid, bytes_in(value, "aaguid"));
    if (aaguid.size() != credential.aaguid.size())
        return fail(Errc::corrupt, "a passkey is damaged");
    std::ranges::copy(aaguid, credential.aaguid.begin());
    SALUS_TRY(auto const attestation, integer_in(value, "attestation"));
    if (attestation < 0 || attestation > static_cast<int>(AttestationResult::anchored))
        return fail(Errc::corrupt, "a passkey is damaged");
    credential.attestation = static_cast<AttestationResult>(attestation);
    SALUS_TRY(passkey.name, text_in(value, "name"));
    SALUS_TRY(passkey.added, time_in(value, "added"));
    SALUS_TRY(passkey.used, time_in(value, "used"));
    return passkey;
}

void write_passkey(json::Writer& writer, Passkey const& passkey) {
    auto const& credential = passkey.credential;
    writer.begin_object();
    write_bytes(writer, "id", credential.id);
    write_bytes(writer, "public_key", credential.public_key);
    write_bytes(writer, "user_handle", credential.user_handle);
    writer.key("sign_count").integer(credential.sign_count);
    write_flag(writer, "backup_eligible", credential.backup_eligible);
    write_flag(writer, "backed_up", credential.backed_up);
    write_flag(writer, "user_verified", credential.user_verified);
    std::vector<std::string> transports;
    transports.reserve(credential.transports.size());
    for (auto const transport : credential.transports)
        transports.emplace_back(factors::webauthn::name_of(transport));
    write_texts(writer, "transports", transports);
    write_bytes(writer, "aaguid", credential.aaguid);
    writer.key("attestation").integer(static_cast<int>(credential.attestation));
    writer.key("name").string(passkey.name);
    write_time(writer, "added", passkey.added);
    write_time(writer, "used", passkey.used);
    writer.end_object();
}

}  // namespace salus::identity
