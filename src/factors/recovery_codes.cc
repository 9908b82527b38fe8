#include "factors/recovery_codes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "factors/base32.h"

namespace salus::factors {
namespace {

constexpr std::size_t kCodeBytes = 10;
constexpr std::size_t kCharacters = 16;
constexpr std::size_t kGroup = 4;
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's

crypto::Sha256Digest hash_of(BytesView characters) {
    return crypto::sha256({bytes_of("salus/recovery-code/"), characters});
}

SecretBytes grouped(BytesView characters) {
    SecretBytes text(kCharacters + kCharacters / kGroup - 1);
    auto const out = text.mutable_bytes();
    std::size_t at = 0;
    for (std::size_t i = 0; i < characters.size(); ++i) {
        if (i > 0 && i % kGroup == 0) out[at++] = '-';
        out[at++] = characters[i];
    }
    return text;
}

// What people write for a character of the alphabet.
char character_meant(char typed) {
    char const upper = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
    if (upper == 'O') return '0';
    if (upper == 'I' || upper == 'L') return '1';
    return upper;
}

// Nothing if it cannot be a code.
std::optional<SecretBytes> characters_of(std::string_view typed) {
    if (typed.size() > limits::kCodeBytes) return std::nullopt;
    SecretBytes characters(kCharacters);
    std::size_t count = 0;
    for (char const c : typed) {
        if (c == '-' || c == ' ') continue;
        auto const meant = character_meant(c);
        if (count == kCharacters || kAlphabet.find(meant) == std::string_view::npos) {
            return std::nullopt;
        }
        characters.mutable_bytes()[count++] = static_cast<std::uint8_t>(meant);
    }
    if (count != kCharacters) return std::nullopt;
    return characters;
}

}  // namespace

RecoveryCodes::Made RecoveryCodes::make(crypto::Random& random, std::size_t count) {
    Made made;
    for (std::size_t i = 0; i < count; ++i) {
        auto const secret = crypto::random_secret(random, kCodeBytes);
        auto const characters = to_base32(secret.reveal(), kAlphabet);
        made.stored.hashes_.push_back(hash_of(characters.reveal()));
        made.codes.push_back(grouped(characters.reveal()));
    }
    return made;
}

Bytes RecoveryCodes::to_bytes() const {
    Bytes out;
    for (auto const& hash : hashes_) append(out, hash);
    return out;
}

Result<RecoveryCodes> RecoveryCodes::from_bytes(BytesView bytes) {
    crypto::Sha256Digest hash;
    if (bytes.size() % hash.size() != 0 || bytes.size() > limits::kRecoveryCodes * hash.size()) {
        return fail(Errc::corrupt, "not the hashes of recovery codes");
    }
    RecoveryCodes codes;
    for (; !bytes.empty(); bytes = bytes.subspan(hash.size())) {
        std::ranges::copy(bytes.first(hash.size()), hash.begin());
        codes.hashes_.push_back(hash);
    }
    return codes;
}

bool RecoveryCodes::use(std::string_view typed) {
    auto const characters = characters_of(typed);
    if (!characters) return false;
    auto const hash = hash_of(characters->reveal());
    std::vector<crypto::Sha256Digest> others;
    for (auto const& stored : hashes_) {
        if (!equal_constant_time(stored, hash)) others.push_back(stored);
    }
    bool const found = others.size() < hashes_.size();
    hashes_ = std::move(others);
    return found;
}

}  // namespace salus::factors
