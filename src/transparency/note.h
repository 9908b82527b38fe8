// Signed notes (C2SP signed-note): a text, an empty line, signature lines. Signatures are Ed25519
// (type 0x01), or ECDSA P-256 with SHA-256 in DER (type 0x02) where a FIPS module signs. Values;
// any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/signature.h"
#include "foundation/result.h"

namespace salus::transparency {

inline constexpr std::size_t kNoteBytesMost = std::size_t{64} * 1024;

struct NoteSignature {
    std::string_view name;
    std::uint32_t id = 0;
    Bytes bytes;  // behind the id; one or more
};
struct SplitNote {
    std::string_view text;  // its last character ends a line
    std::vector<NoteSignature> signatures;
};
// Borrows the note; no signature is looked at. Errc::invalid: it is none.
[[nodiscard]] Result<SplitNote> split_note(std::string_view note);
// A signature's line, with its end.
[[nodiscard]] std::string signature_line(std::string_view name, std::uint32_t id, BytesView bytes);

// A key by name that notes are verified with.
class NoteVerifier {
public:
    // Errc::invalid: the name is empty or has a space, a plus or a control character, or the key is
    // neither Ed25519 nor on P-256.
    static Result<NoteVerifier> make(std::string name, crypto::VerifyingKey key);
    // "NAME+ID+BASE64", as golang.org/x/mod/sumdb/note has it.
    static Result<NoteVerifier> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    [[nodiscard]] std::string const& name() const noexcept { return name_; }
    [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
    // The note's text, whose last character ends a line, if this key signed it: every signature
    // with its name and id must be right. Signatures of others are not looked at.
    // Errc::invalid: no note; Errc::forbidden: not signed by this key.
    [[nodiscard]] Result<std::string> open(std::string_view note) const;
    // The note without the signatures of others. REQUIRES: open() opened it.
    [[nodiscard]] std::string signed_alone(std::string_view note) const;

private:
    NoteVerifier(std::string name, crypto::VerifyingKey key);

    std::string name_;
    crypto::VerifyingKey key_;
    Bytes encoded_;  // type and key
    std::uint32_t id_ = 0;
};

// The line, with its end, that signs the text. REQUIRES: the verifier is of the key's public half.
[[nodiscard]] std::string sign_note(std::string_view text, crypto::SigningKey const& key,
                                    NoteVerifier const& verifier);

}  // namespace salus::transparency
