#include "transparency/note.h"

#include <algorithm>

#include "foundation/check.h"
#include "transparency/note_key.h"

namespace salus::transparency {
namespace {

constexpr std::string_view kSignatureStart = "\xe2\x80\x94 ";  // an em dash and a space

// Takes the first line. Errc::invalid when it is none.
Result<NoteSignature> take_signature(std::string_view& lines) {
    auto const wrong = [] { return fail(Errc::invalid, "a signature line is not valid"); };
    auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() + 1);
    if (!line.starts_with(kSignatureStart)) return wrong();
    line.remove_prefix(kSignatureStart.size());
    auto const space = line.find(' ');
    if (space == std::string_view::npos) return wrong();
    auto const bytes = from_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= kKeyIdBytes || space == 0) return wrong();
    return NoteSignature{
        line.substr(0, space), read_u32(*bytes), {bytes->begin() + kKeyIdBytes, bytes->end()}};
}

}  // namespace

Result<SplitNote> split_note(std::string_view note) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no signed note"); };
    if (note.size() > kNoteBytesMost || !note.ends_with('\n')) return wrong();
    auto const is_control = [](char c) { return c >= 0 && c < ' ' && c != '\n'; };
    if (std::ranges::any_of(note, is_control)) return wrong();
    auto const gap = note.rfind("\n\n");
    if (gap == std::string_view::npos || gap + 2 == note.size()) return wrong();
    SplitNote split{note.substr(0, gap + 1), {}};
    for (auto lines = note.substr(gap + 2); !lines.empty();) {
        SALUS_TRY(split.signatures.emplace_back(), take_signature(lines));
    }
    return split;
}

std::string signature_line(std::string_view name, std::uint32_t id, BytesView bytes) {
    Bytes all;
    append_u32(all, id);
    append(all, bytes);
    return std::string(kSignatureStart).append(name).append(" ").append(to_base64(all)) + "\n";
}

NoteVerifier::NoteVerifier(std::string name, crypto::VerifyingKey key)
    : name_(std::move(name)), key_(std::move(key)) {}

Result<NoteVerifier> NoteVerifier::make(std::string name, crypto::VerifyingKey key) {
    if (!is_key_name(name)) return fail(Errc::invalid, "a key of notes cannot have this name");
    if (!signs_notes(key)) {
        return fail(Errc::invalid, "notes are signed with Ed25519 or ECDSA P-256");
    }
    NoteVerifier verifier(std::move(name), std::move(key));
    if (verifier.key_.fits(crypto::SignatureAlgorithm::ed25519)) {
        SALUS_TRY(auto const coordinates, verifier.key_.coordinates());
        verifier.encoded_.push_back(kEd25519Type);
        append(verifier.encoded_, coordinates.x);
    } else {
        verifier.encoded_.push_back(kEcdsaType);
        append(verifier.encoded_, verifier.key_.spki());
    }
    verifier.id_ = key_id(verifier.name_, verifier.encoded_);
    return verifier;
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no key of notes"); };
    SALUS_TRY(auto named, key_from(text));
    auto const key = BytesView(named.encoded).subspan(1);
    auto const type = named.encoded.front();
    if (type != kEd25519Type && type != kEcdsaType) return wrong();
    auto verifying = type == kEd25519Type ? crypto::VerifyingKey::from_ed25519(key)
                                          : crypto::VerifyingKey::from_spki(key);
    if (!verifying) return wrong();
    SALUS_TRY(auto verifier, make(std::move(named.name), *std::move(verifying)));
    // One spelling: type and key are checked by writing them again.
    if (verifier.text() != text) return wrong();
    return verifier;
}

std::string NoteVerifier::text() const {
    return key_text(name_, encoded_);
}

Result<std::string> NoteVerifier::open(std::string_view note) const {
    SALUS_TRY(auto const parts, split_note(note));
    bool is_signed = false;
    for (auto const& signature : parts.signatures) {
        if (signature.name != name_ || signature.id != id_) continue;
        if (!verify_for_note(bytes_of(parts.text), signature.bytes, key_)) {
            return fail(Errc::forbidden, "a signature of the note is wrong");
        }
        is_signed = true;
    }
    if (!is_signed) return fail(Errc::forbidden, "the note is not signed by the key");
    return std::string(parts.text);
}

std::string NoteVerifier::signed_alone(std::string_view note) const {
    auto const parts = split_note(note);
    SALUS_CHECK(parts.has_value());
    std::string alone = std::string(parts->text) + "\n";
    for (auto const& signature : parts->signatures) {
        if (signature.name != name_ || signature.id != id_) continue;
        alone.append(signature_line(name_, id_, signature.bytes));
    }
    return alone;
}

std::string sign_note(std::string_view text, crypto::SigningKey const& key,
                      NoteVerifier const& verifier) {
    auto const signature = sign_for_note(bytes_of(text), key);
    return signature_line(verifier.name(), verifier.id(), signature);
}

}  // namespace salus::transparency
