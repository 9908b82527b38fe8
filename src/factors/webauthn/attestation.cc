#include "factors/webauthn/attestation.h"

#include <algorithm>

#include "foundation/check.h"
#include "foundation/factor_limits.h"

namespace salus::factors::webauthn {
namespace {

using crypto::PresentedCertificate;
using crypto::SignatureAlgorithm;
using crypto::SubjectAttribute;

struct PackedStatement {
    SignatureAlgorithm algorithm;
    BytesView signature;
    std::vector<PresentedCertificate> chain;  // empty: self attestation
};

std::unexpected<Error> malformed() {
    return fail(Errc::invalid, "not a packed attestation statement");
}

Result<std::vector<PresentedCertificate>> chain_from(Cbor const& list) {
    if (list.kind() != Cbor::Kind::array || list.size() == 0 ||
        list.size() > limits::kAttestationCertificates) {
        return malformed();
    }
    std::vector<PresentedCertificate> chain;
    for (auto const& element : list.items()) {
        auto const der = element.bytes();
        if (!der) return malformed();
        SALUS_TRY(auto certificate, PresentedCertificate::parse(*der));
        chain.push_back(std::move(certificate));
    }
    return chain;
}

// WebAuthn section 8.2: alg, sig, and x5c unless it is self attestation.
Result<PackedStatement> packed_from(Cbor const& statement) {
    auto const* const algorithm = statement.member("alg");
    auto const* const signature = statement.member("sig");
    auto const* const x5c = statement.member("x5c");
    auto const number = algorithm != nullptr ? algorithm->integer() : std::nullopt;
    auto const bytes = signature != nullptr ? signature->bytes() : std::nullopt;
    if (!number || !bytes || statement.size() != (x5c != nullptr ? 3U : 2U)) return malformed();
    auto const known = cose_algorithm(*number);
    if (!known) return fail(Errc::not_supported, "an attestation is signed by what is not offered");
    PackedStatement packed{*known, *bytes, {}};
    if (x5c != nullptr) {
        SALUS_TRY(packed.chain, chain_from(*x5c));
    }
    return packed;
}

// The extension id-fido-gen-ce-aaguid, where there is one, names this model; not critical.
bool names_model(PresentedCertificate const& certificate, Aaguid const& aaguid) {
    auto const extension = certificate.extension("1.3.6.1.4.1.45724.1.1.4");
    if (!extension) return true;
    Bytes octets{0x04, 0x10};  // DER: an OCTET STRING of 16 bytes
    append(octets, aaguid);
    return !extension->critical && extension->value == octets;
}

// WebAuthn section 8.2.1.
bool is_attestation_certificate(PresentedCertificate const& certificate, Aaguid const& aaguid) {
    auto const country = certificate.subject(SubjectAttribute::country).value_or("");
    auto const is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    return certificate.version() == 3 && country.size() == 2 &&
           std::ranges::all_of(country, is_upper) &&
           !certificate.subject(SubjectAttribute::organization).value_or("").empty() &&
           certificate.subject(SubjectAttribute::organizational_unit) ==
               "Authenticator Attestation" &&
           !certificate.subject(SubjectAttribute::common_name).value_or("").empty() &&
           certificate.may_issue() == false && names_model(certificate, aaguid);
}

Result<AttestationResult> verify_self(PackedStatement const& packed, CoseKey const& key,
                                      BytesView message) {
    if (packed.algorithm != key.algorithm) return malformed();
    if (!verify(key.key, key.algorithm, message, packed.signature)) {
        return fail(Errc::forbidden, "an attestation was not signed by its credential");
    }
    return AttestationResult::self;
}

Result<AttestationResult> verify_certified(PackedStatement const& packed, BytesView message,
                                           Aaguid const& aaguid, AttestationRules const& rules,
                                           WallTime now) {
    auto const& certificate = packed.chain.front();
    SALUS_TRY(auto const key, certificate.key());
    if (!verify(key, packed.algorithm, message, packed.signature)) {
        return fail(Errc::forbidden, "an attestation was not signed by its certificate");
    }
    if (!is_attestation_certificate(certificate, aaguid)) {
        return fail(Errc::forbidden, "a certificate is not one for attestation of this model");
    }
    if (rules.anchors.empty()) return AttestationResult::certificate;
    SALUS_TRY_VOID(crypto::verify_chain(packed.chain, rules.anchors, now));
    return AttestationResult::anchored;
}

Result<AttestationResult> statement_result(AttestationObject const& object,
                                           AuthenticatorData const& data, CoseKey const& key,
                                           crypto::Sha256Digest const& client_data_hash,
                                           AttestationRules const& rules, WallTime now) {
    if (object.format == "none") {
        if (object.statement.size() == 0) return AttestationResult::none;
        return fail(Errc::invalid, "an attestation says none and something");
    }
    if (object.format != "packed") {
        if (rules.other_formats == OtherFormats::take_as_none) return AttestationResult::none;
        return fail(Errc::not_supported, "an attestation is of a format that is not verified");
    }
    SALUS_TRY(auto const packed, packed_from(object.statement));
    Bytes message = object.authenticator_data;
    append(message, client_data_hash);
    if (packed.chain.empty()) return verify_self(packed, key, message);
    return verify_certified(packed, message, data.credential->aaguid, rules, now);
}

}  // namespace

Result<AttestationObject> AttestationObject::parse(BytesView bytes) {
    if (bytes.size() > limits::kAttestationBytes) {
        return fail(Errc::too_large, "an attestation object is too long");
    }
    SALUS_TRY(auto const map, Cbor::parse(bytes));
    auto const* const format = map.member("fmt");
    auto const* const statement = map.member("attStmt");
    auto const* const data = map.member("authData");
    if (map.size() != 3 || format == nullptr || !format->text() || data == nullptr ||
        !data->bytes() || statement == nullptr || statement->kind() != Cbor::Kind::map) {
        return fail(Errc::invalid, "not an attestation object");
    }
    auto const content = *data->bytes();
    return AttestationObject{std::string(*format->text()), *statement,
                             Bytes(content.begin(), content.end())};
}

Result<AttestationResult> verify_attestation(AttestationObject const& object,
                                             AuthenticatorData const& data, CoseKey const& key,
                                             crypto::Sha256Digest const& client_data_hash,
                                             AttestationRules const& rules, WallTime now) {
    SALUS_CHECK(data.credential.has_value());
    SALUS_TRY(auto const result, statement_result(object, data, key, client_data_hash, rules, now));
    if (!rules.anchors.empty() && result != AttestationResult::anchored) {
        return fail(Errc::forbidden, "an authenticator does not tell who made it");
    }
    return result;
}

}  // namespace salus::factors::webauthn
