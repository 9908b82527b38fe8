#include "factors/webauthn/authenticator_data.h"

#include <algorithm>

#include "factors/webauthn/cbor.h"
#include "foundation/factor_limits.h"

namespace salus::factors::webauthn {
namespace {

enum Flag : std::uint8_t {
    kUserPresent = 0x01,
    kUserVerified = 0x04,
    kBackupEligible = 0x08,
    kBackedUp = 0x10,
    kAttested = 0x40,
    kExtensions = 0x80,
};
constexpr std::size_t kFixedBytes = 37;  // hash, flags, counter

// Removes the credential from the front.
Result<AttestedCredential> attested_from(BytesView& rest) {
    constexpr std::size_t kAaguidBytes = 16;
    constexpr std::size_t kHeadBytes = kAaguidBytes + 2;
    if (rest.size() < kHeadBytes) return fail(Errc::invalid, "attested data are cut short");
    AttestedCredential credential;
    std::ranges::copy(rest.first(kAaguidBytes), credential.aaguid.begin());
    std::size_t const size = read_u16(rest.subspan(kAaguidBytes));
    rest = rest.subspan(kHeadBytes);
    if (size == 0 || size > limits::kCredentialIdBytes || size > rest.size()) {
        return fail(Errc::invalid, "the id of a credential has a length that none may have");
    }
    credential.id.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    rest = rest.subspan(size);
    auto const from = rest;
    SALUS_TRY(auto const key, Cbor::parse_first(rest));
    if (key.kind() != Cbor::Kind::map) return fail(Errc::invalid, "not a COSE key");
    auto const spelled = from.first(from.size() - rest.size());
    credential.public_key.assign(spelled.begin(), spelled.end());
    return credential;
}

Result<void> skip_extensions(BytesView& rest) {
    SALUS_TRY(auto const extensions, Cbor::parse_first(rest));
    bool named = extensions.kind() == Cbor::Kind::map && extensions.size() > 0;
    auto const items = extensions.items();
    for (std::size_t i = 0; named && i < items.size(); i += 2) named = items[i].text().has_value();
    if (!named) return fail(Errc::invalid, "extension data are no map of names");
    return {};
}

}  // namespace

Result<AuthenticatorData> AuthenticatorData::parse(BytesView bytes) {
    if (bytes.size() < kFixedBytes) return fail(Errc::invalid, "authenticator data are cut short");
    AuthenticatorData data;
    std::ranges::copy(bytes.first(data.rp_id_hash.size()), data.rp_id_hash.begin());
    auto const flags = bytes[data.rp_id_hash.size()];
    data.user_present = (flags & kUserPresent) != 0;
    data.user_verified = (flags & kUserVerified) != 0;
    data.backup_eligible = (flags & kBackupEligible) != 0;
    data.backed_up = (flags & kBackedUp) != 0;
    data.sign_count = read_u32(bytes.subspan(data.rp_id_hash.size() + 1));
    auto rest = bytes.subspan(kFixedBytes);
    if ((flags & kAttested) != 0) {
        SALUS_TRY(data.credential, attested_from(rest));
    }
    if ((flags & kExtensions) != 0) SALUS_TRY_VOID(skip_extensions(rest));
    if (!rest.empty()) return fail(Errc::invalid, "something stands behind authenticator data");
    if (data.backed_up && !data.backup_eligible) {
        return fail(Errc::invalid, "a credential is backed up that may not be");
    }
    return data;
}

}  // namespace salus::factors::webauthn
