#include "factors/webauthn/cose_key.h"

#include <array>

#include "crypto/ecdsa_encoding.h"
#include "crypto/module.h"
#include "factors/webauthn/cbor.h"
#include "foundation/check.h"

namespace salus::factors::webauthn {
namespace {

using crypto::Curve;
using crypto::SignatureAlgorithm;
using crypto::VerifyingKey;

// RFC 9053 section 7.1, RFC 8230 section 4.
enum Label : std::int64_t {
    kKeyType = 1,
    kAlgorithm = 3,
    kCurve = -1,
    kX = -2,
    kY = -3,
    kModulus = -1,
    kExponent = -2,
};
constexpr std::int64_t kOkp = 1;
constexpr std::int64_t kEc2 = 2;
constexpr std::int64_t kRsa = 3;
constexpr std::int64_t kP256 = 1;
constexpr std::int64_t kP384 = 2;
constexpr std::int64_t kEd25519 = 6;

struct Number {
    SignatureAlgorithm algorithm;
    std::int64_t number;
};
constexpr std::array<Number, 4> kNumbers{{
    {SignatureAlgorithm::es256, -7},
    {SignatureAlgorithm::ed25519, -8},
    {SignatureAlgorithm::es384, -35},
    {SignatureAlgorithm::rs256, -257},
}};

// A COSE key whose type and number of members were seen to be right.
class Members {
public:
    explicit Members(Cbor const& map) : map_(map) {}
    [[nodiscard]] bool is(Label label, std::int64_t value) const {
        auto const* const found = map_.member(label);
        return found != nullptr && found->integer() == value;
    }
    [[nodiscard]] Result<BytesView> bytes(Label label) const {
        auto const* const found = map_.member(label);
        auto const bytes = found != nullptr ? found->bytes() : std::nullopt;
        if (!bytes) return fail(Errc::invalid, "a COSE key lacks a member");
        return *bytes;
    }
    [[nodiscard]] Result<void> have(std::int64_t type, std::size_t count) const {
        if (is(kKeyType, type) && map_.size() == count) return {};
        return fail(Errc::invalid, "a COSE key has other members than its algorithm demands");
    }

private:
    Cbor const& map_;
};

Result<VerifyingKey> elliptic(Members const& members, Curve curve) {
    SALUS_TRY_VOID(members.have(kEc2, 5));
    if (!members.is(kCurve, curve == Curve::p256 ? kP256 : kP384)) {
        return fail(Errc::invalid, "a COSE key is on another curve than its algorithm's");
    }
    SALUS_TRY(auto const x, members.bytes(kX));
    SALUS_TRY(auto const y, members.bytes(kY));
    return VerifyingKey::from_ec(curve, x, y);
}

Result<VerifyingKey> edwards(Members const& members) {
    SALUS_TRY_VOID(members.have(kOkp, 4));
    if (!members.is(kCurve, kEd25519)) {
        return fail(Errc::invalid, "a COSE key is on another curve than its algorithm's");
    }
    SALUS_TRY(auto const x, members.bytes(kX));
    return VerifyingKey::from_ed25519(x);
}

Result<VerifyingKey> rsa(Members const& members) {
    SALUS_TRY_VOID(members.have(kRsa, 4));
    SALUS_TRY(auto const modulus, members.bytes(kModulus));
    SALUS_TRY(auto const exponent, members.bytes(kExponent));
    auto const padded = [](BytesView number) { return number.empty() || number.front() == 0; };
    if (padded(modulus) || padded(exponent)) {
        return fail(Errc::invalid, "a number of a COSE key has leading zeros");
    }
    return VerifyingKey::from_rsa(modulus, exponent);
}

Result<VerifyingKey> key_for(SignatureAlgorithm algorithm, Members const& members) {
    if (algorithm == SignatureAlgorithm::es256) return elliptic(members, Curve::p256);
    if (algorithm == SignatureAlgorithm::es384) return elliptic(members, Curve::p384);
    if (algorithm == SignatureAlgorithm::ed25519) return edwards(members);
    return rsa(members);
}

}  // namespace

std::optional<SignatureAlgorithm> cose_algorithm(std::int64_t number) {
    for (auto const& entry : kNumbers) {
        if (entry.number == number) return entry.algorithm;
    }
    return std::nullopt;
}

std::int64_t cose_number(SignatureAlgorithm algorithm) {
    for (auto const& entry : kNumbers) {
        if (entry.algorithm == algorithm) return entry.number;
    }
    SALUS_CHECK(false);
    return 0;
}

std::vector<SignatureAlgorithm> offered_algorithms() {
    std::vector<SignatureAlgorithm> offered;
    for (auto const& entry : kNumbers) {
        if (entry.algorithm == SignatureAlgorithm::ed25519 && crypto::approved_only()) continue;
        offered.push_back(entry.algorithm);
    }
    return offered;
}

bool verify(VerifyingKey const& key, SignatureAlgorithm algorithm, BytesView message,
            BytesView signature) {
    auto const coordinate = algorithm == SignatureAlgorithm::es256   ? std::size_t{32}
                            : algorithm == SignatureAlgorithm::es384 ? std::size_t{48}
                                                                     : std::size_t{0};
    if (coordinate == 0) return key.verify(algorithm, message, signature);
    auto const raw = crypto::ecdsa_to_raw(signature, coordinate);
    return !raw.empty() && key.verify(algorithm, message, raw);
}

Result<CoseKey> CoseKey::parse(BytesView bytes) {
    SALUS_TRY(auto const map, Cbor::parse(bytes));
    auto const* const stated = map.member(kAlgorithm);
    auto const number = stated != nullptr ? stated->integer() : std::nullopt;
    if (!number) return fail(Errc::invalid, "a COSE key names no algorithm");
    auto const algorithm = cose_algorithm(*number);
    if (!algorithm) return fail(Errc::not_supported, "the algorithm of a COSE key is not offered");
    SALUS_TRY(auto key, key_for(*algorithm, Members(map)));
    return CoseKey{*algorithm, std::move(key)};
}

}  // namespace salus::factors::webauthn
