// For tests and fuzzing: an authenticator and its browser in software, which say whatever a test
// wants them to say, and sign it.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/ecdsa_encoding.h"
#include "crypto/hash.h"
#include "factors/webauthn/cose_key.h"
#include "foundation/check.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::factors::webauthn::testing {

using crypto::SignatureAlgorithm;

// CBOR as a test wants it: the writer sorts nothing.
class CborText {
public:
    CborText& head(std::uint8_t major, std::uint64_t argument) {
        auto const kind = static_cast<std::uint8_t>(major << 5U);
        if (argument < 24) {
            out_.push_back(static_cast<std::uint8_t>(kind | argument));
        } else if (argument < 256) {
            out_.push_back(kind | 24U);
            out_.push_back(static_cast<std::uint8_t>(argument));
        } else if (argument < 0x10000) {
            out_.push_back(kind | 25U);
            append_u16(out_, static_cast<std::uint16_t>(argument));
        } else if (argument < 0x100000000) {
            out_.push_back(kind | 26U);
            append_u32(out_, static_cast<std::uint32_t>(argument));
        } else {
            out_.push_back(kind | 27U);
            append_u64(out_, argument);
        }
        return *this;
    }
    CborText& integer(std::int64_t value) {
        return value >= 0 ? head(0, static_cast<std::uint64_t>(value))
                          : head(1, static_cast<std::uint64_t>(-1 - value));
    }
    CborText& bytes(BytesView value) {
        head(2, value.size());
        append(out_, value);
        return *this;
    }
    CborText& text(std::string_view value) {
        head(3, value.size());
        append(out_, bytes_of(value));
        return *this;
    }
    CborText& array(std::uint64_t count) { return head(4, count); }
    CborText& map(std::uint64_t count) { return head(5, count); }
    CborText& raw(BytesView value) {
        append(out_, value);
        return *this;
    }
    [[nodiscard]] Bytes const& out() const noexcept { return out_; }

private:
    Bytes out_;
};

inline Bytes cose_key_of(crypto::VerifyingKey const& key, SignatureAlgorithm algorithm) {
    auto const point = key.coordinates().value();
    CborText out;
    if (algorithm == SignatureAlgorithm::ed25519) {
        out.map(4).integer(1).integer(1).integer(3).integer(-8);
        out.integer(-1).integer(6).integer(-2).bytes(point.x);
        return out.out();
    }
    out.map(5).integer(1).integer(2).integer(3).integer(cose_number(algorithm));
    out.integer(-1).integer(algorithm == SignatureAlgorithm::es256 ? 1 : 2);
    out.integer(-2).bytes(point.x).integer(-3).bytes(point.y);
    return out.out();
}

// As WebAuthn has signatures.
inline Bytes sign(crypto::SigningKey const& key, BytesView message) {
    auto const raw = key.sign(message);
    return key.algorithm() == SignatureAlgorithm::ed25519 ? raw : crypto::ecdsa_to_der(raw);
}

struct Answer {
    Bytes id;
    Bytes client_data;
    Bytes authenticator_data;
    Bytes attestation_object;  // of a registration
    Bytes signature;           // of an authentication
    std::optional<Bytes> user_handle{};

    [[nodiscard]] std::string json() const {
        std::string out;
        json::Writer writer(out);
        writer.begin_object().key("id").string(to_base64url(id));
        writer.key("rawId").string(to_base64url(id)).key("type").string("public-key");
        writer.key("response").begin_object();
        writer.key("clientDataJSON").string(to_base64url(client_data));
        if (!attestation_object.empty()) {
            writer.key("attestationObject").string(to_base64url(attestation_object));
            writer.key("transports").begin_array().string("usb").string("smart-card");
            writer.string("telepathy").string("usb").end_array();
        } else {
            writer.key("authenticatorData").string(to_base64url(authenticator_data));
            writer.key("signature").string(to_base64url(signature));
            if (user_handle) writer.key("userHandle").string(to_base64url(*user_handle));
        }
        writer.end_object().key("clientExtensionResults").begin_object().end_object();
        writer.end_object();
        return out;
    }
};

// What it says, for a test to change.
struct Saying {
    std::string origin = "https://sign-in.example.org";
    std::string rp_id = "example.org";
    std::string more_client_data{};  // members, each with a comma before it
    std::uint8_t flags = 0x05;       // user present, user verified
    std::uint32_t sign_count = 0;
    Bytes extensions{};
    std::string type{};  // instead of the ceremony's own
};

class SoftAuthenticator {
public:
    explicit SoftAuthenticator(SignatureAlgorithm algorithm = SignatureAlgorithm::es256)
        : key_(crypto::SigningKey::generate(algorithm)), id_(32, 0xC1) {
        id_.front() = static_cast<std::uint8_t>(algorithm);
    }

    Saying saying{};
    Bytes aaguid = Bytes(16, 0xAA);

    [[nodiscard]] Bytes const& id() const noexcept { return id_; }
    [[nodiscard]] crypto::SigningKey const& key() const noexcept { return key_; }
    [[nodiscard]] Bytes public_key() const {
        return cose_key_of(key_.verifying_key(), key_.algorithm());
    }

    // Answers options; `format`: none or self.
    [[nodiscard]] Answer create(std::string_view options, std::string_view format = "none") const {
        auto answer = begin("webauthn.create", options);
        answer.authenticator_data = data(attested());
        CborText statement;
        if (format == "none") {
            statement.map(0);
        } else {
            statement.map(2).text("alg").integer(cose_number(key_.algorithm()));
            statement.text("sig").bytes(sign(key_, signed_part(answer)));
        }
        answer.attestation_object = object(format == "none" ? "none" : "packed", statement, answer);
        return answer;
    }

    [[nodiscard]] Answer get(std::string_view options) const {
        auto answer = begin("webauthn.get", options);
        answer.authenticator_data = data({});
        answer.signature = sign(key_, signed_part(answer));
        return answer;
    }

    // What a signature is over.
    [[nodiscard]] static Bytes signed_part(Answer const& answer) {
        auto message = answer.authenticator_data;
        append(message, crypto::sha256(answer.client_data));
        return message;
    }
    [[nodiscard]] static Bytes object(std::string_view format, CborText const& statement,
                                      Answer const& answer) {
        CborText out;
        out.map(3).text("fmt").text(format).text("attStmt").raw(statement.out());
        out.text("authData").bytes(answer.authenticator_data);
        return out.out();
    }

private:
    [[nodiscard]] Answer begin(std::string_view type, std::string_view options) const {
        auto const document = json::Parser().parse(std::string(options)).value();
        std::string client_data;
        json::Writer writer(client_data);
        writer.begin_object().key("type").string(saying.type.empty() ? type : saying.type);
        writer.key("challenge").string(document.root().text_member("challenge").value());
        writer.key("origin").string(saying.origin);
        client_data += saying.more_client_data + "}";
        auto const view = bytes_of(client_data);
        return Answer{.id = id_, .client_data = Bytes(view.begin(), view.end())};
    }
    [[nodiscard]] Bytes attested() const {
        Bytes out = aaguid;
        append_u16(out, static_cast<std::uint16_t>(id_.size()));
        append(out, id_);
        append(out, public_key());
        return out;
    }
    [[nodiscard]] Bytes data(BytesView credential) const {
        auto const hash = crypto::sha256(bytes_of(saying.rp_id));
        Bytes out(hash.begin(), hash.end());
        auto flags = saying.flags;
        if (!credential.empty()) flags |= 0x40U;
        if (!saying.extensions.empty()) flags |= 0x80U;
        out.push_back(flags);
        append_u32(out, saying.sign_count);
        append(out, credential);
        append(out, saying.extensions);
        return out;
    }

    crypto::SigningKey key_;
    Bytes id_;
};

}  // namespace salus::factors::webauthn::testing
