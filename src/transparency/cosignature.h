// Cosignatures (C2SP tlog-cosignature, cosignature/v1): somebody else than the log says that it saw
// a checkpoint at a time, and that the checkpoint continues all that it had seen of this log. A
// line beside the log's own signature. Ed25519; or ECDSA P-256 where a FIPS module signs, in a type
// of ours (docs/formats/checkpoint.md, "Cosignatures"). Values; any thread.
#pragma once

#include <string>
#include <string_view>

#include "crypto/signature.h"
#include "foundation/clock.h"
#include "foundation/result.h"

namespace salus::transparency {

inline constexpr std::string_view kEd25519Cosignature = "cosignature/v1";
inline constexpr std::string_view kP256Cosignature = "cosignature-p256/v1";

struct Cosigned {
    std::string text;  // of the note, as NoteVerifier::open() gives it
    WallTime at;       // to the second; the latest, if it signed more than once
};

class CosignatureVerifier {
public:
    // Errc::invalid: a name that no key can have, or a key that is neither Ed25519 nor on P-256.
    static Result<CosignatureVerifier> make(std::string name, crypto::VerifyingKey key);
    // "NAME+ID+BASE64", of type 0x04, or 0xff with kP256Cosignature.
    static Result<CosignatureVerifier> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool is_ed25519() const noexcept {
        return key_.fits(crypto::SignatureAlgorithm::ed25519);
    }
    // That is signed for a note's text.
    [[nodiscard]] std::string message_of(std::string_view text, std::uint64_t seconds) const;
    [[nodiscard]] std::string const& name() const noexcept { return name_; }
    [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
    // Whether this key cosigned the note: every line with its name and id must be right. Errors as
    // NoteVerifier::open().
    [[nodiscard]] Result<Cosigned> open(std::string_view note) const;

private:
    CosignatureVerifier(std::string name, crypto::VerifyingKey key, Bytes encoded);

    std::string name_;
    crypto::VerifyingKey key_;
    Bytes encoded_;  // type and key
    std::uint32_t id_;
};

// The line, with its end, that cosigns a note's text. REQUIRES: the verifier is of the key's public
// half; the time is not before 1970.
[[nodiscard]] std::string cosign(std::string_view text, crypto::SigningKey const& key,
                                 CosignatureVerifier const& verifier, WallTime at);

}  // namespace salus::transparency
