#include "transparency/note.h"

#include <algorithm>
#include <charconv>

#include "crypto/ecdsa_encoding.h"
#include "crypto/hash.h"

namespace salus::transparency {
namespace {

constexpr std::uint8_t kEd25519 = 0x01;
constexpr std::uint8_t kEcdsa = 0x02;
constexpr std::size_t kIdBytes = 4;
constexpr std::size_t kP256Bytes = 32;
constexpr std::string_view kSignatureStart = "\xe2\x80\x94 ";  // an em dash and a space

bool is_name(std::string_view name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
}

std::string id_text(std::uint32_t id) {
    Bytes bytes;
    append_u32(bytes, id);
    return to_hex(bytes);
}

// The id of ECDSA keys is that of their SubjectPublicKeyInfo alone.
std::uint32_t id_of(std::string_view name, BytesView encoded) {
    constexpr std::array<std::uint8_t, 1> kNewline{'\n'};
    auto const hash = encoded.front() == kEcdsa
                          ? crypto::sha256(encoded.subspan(1))
                          : crypto::sha256({bytes_of(name), kNewline, encoded});
    return read_u32(hash);
}

struct Note {
    std::string_view text;
    std::string_view signatures;
};

Result<Note> split(std::string_view note) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no signed note"); };
    if (note.size() > kNoteBytesMost || !note.ends_with('\n')) return wrong();
    auto const is_control = [](char c) { return c >= 0 && c < ' ' && c != '\n'; };
    if (std::ranges::any_of(note, is_control)) return wrong();
    auto const gap = note.rfind("\n\n");
    if (gap == std::string_view::npos || gap + 2 == note.size()) return wrong();
    return Note{note.substr(0, gap + 1), note.substr(gap + 2)};
}

struct Signature {
    std::string_view name;
    Bytes bytes;  // id and signature
};

// Takes the first line. Errc::invalid when it is none.
Result<Signature> take_signature(std::string_view& lines) {
    auto const wrong = [] { return fail(Errc::invalid, "a signature line is not valid"); };
    auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() + 1);
    if (!line.starts_with(kSignatureStart)) return wrong();
    line.remove_prefix(kSignatureStart.size());
    auto const space = line.find(' ');
    if (space == std::string_view::npos) return wrong();
    auto bytes = from_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= kIdBytes || space == 0) return wrong();
    return Signature{line.substr(0, space), *std::move(bytes)};
}

}  // namespace

NoteVerifier::NoteVerifier(std::string name, crypto::VerifyingKey key)
    : name_(std::move(name)),
      key_(std::move(key)),
      algorithm_(key_.fits(crypto::SignatureAlgorithm::ed25519)
                     ? crypto::SignatureAlgorithm::ed25519
                     : crypto::SignatureAlgorithm::es256) {}

Result<NoteVerifier> NoteVerifier::make(std::string name, crypto::VerifyingKey key) {
    if (!is_name(name)) return fail(Errc::invalid, "a key of notes cannot have this name");
    NoteVerifier verifier(std::move(name), std::move(key));
    if (verifier.algorithm_ == crypto::SignatureAlgorithm::ed25519) {
        SALUS_TRY(auto const coordinates, verifier.key_.coordinates());
        verifier.encoded_.push_back(kEd25519);
        append(verifier.encoded_, coordinates.x);
    } else {
        if (!verifier.key_.fits(crypto::SignatureAlgorithm::es256)) {
            return fail(Errc::invalid, "notes are signed with Ed25519 or ECDSA P-256");
        }
        verifier.encoded_.push_back(kEcdsa);
        append(verifier.encoded_, verifier.key_.spki());
    }
    verifier.id_ = id_of(verifier.name_, verifier.encoded_);
    return verifier;
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no key of notes"); };
    auto const first = text.find('+');
    if (first == std::string_view::npos) return wrong();
    auto const second = text.find('+', first + 1);
    if (second == std::string_view::npos) return wrong();
    auto const encoded = from_base64(text.substr(second + 1));
    if (!encoded || encoded->size() < 2) return wrong();
    auto const key = BytesView(*encoded).subspan(1);
    if (encoded->front() != kEd25519 && encoded->front() != kEcdsa) return wrong();
    auto verifying = encoded->front() == kEd25519 ? crypto::VerifyingKey::from_ed25519(key)
                                                  : crypto::VerifyingKey::from_spki(key);
    if (!verifying) return wrong();
    SALUS_TRY(auto verifier, make(std::string(text.substr(0, first)), *std::move(verifying)));
    // One spelling: id, type and key are checked by writing them again.
    if (verifier.text() != text) return wrong();
    return verifier;
}

std::string NoteVerifier::text() const {
    return name_ + "+" + id_text(id_) + "+" + to_base64(encoded_);
}

bool NoteVerifier::verify(std::string_view text, BytesView signature) const {
    if (algorithm_ == crypto::SignatureAlgorithm::ed25519) {
        return key_.verify(algorithm_, bytes_of(text), signature);
    }
    auto const raw = crypto::ecdsa_to_raw(signature, kP256Bytes);
    return !raw.empty() && std::ranges::equal(crypto::ecdsa_to_der(raw), signature) &&
           key_.verify(algorithm_, bytes_of(text), raw);
}

Result<std::string> NoteVerifier::open(std::string_view note) const {
    SALUS_TRY(auto const parts, split(note));
    bool is_signed = false;
    for (auto lines = parts.signatures; !lines.empty();) {
        SALUS_TRY(auto const signature, take_signature(lines));
        auto const bytes = BytesView(signature.bytes);
        if (signature.name != name_ || read_u32(bytes) != id_) continue;
        if (!verify(parts.text, bytes.subspan(kIdBytes))) {
            return fail(Errc::forbidden, "a signature of the note is wrong");
        }
        is_signed = true;
    }
    if (!is_signed) return fail(Errc::forbidden, "the note is not signed by the key");
    return std::string(parts.text);
}

std::string sign_note(std::string_view text, crypto::SigningKey const& key,
                      NoteVerifier const& verifier) {
    auto signature = key.sign(bytes_of(text));
    if (key.algorithm() == crypto::SignatureAlgorithm::es256) {
        signature = crypto::ecdsa_to_der(signature);
    }
    Bytes bytes;
    append_u32(bytes, verifier.id());
    append(bytes, signature);
    std::string line(kSignatureStart);
    return line.append(verifier.name()).append(" ").append(to_base64(bytes)).append("\n");
}

}  // namespace salus::transparency
