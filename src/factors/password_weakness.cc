#include "factors/password_weakness.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "crypto/sha1.h"
#include "factors/common_passwords.h"
#include "foundation/factor_limits.h"

namespace salus::factors {
namespace {

constexpr std::size_t kShortestWord = 4;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_part(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<std::uint8_t>(c) >= 0x80;
}

// The words in lower case, the longest first: what one takes out the next cannot.
std::vector<std::string> words_of(std::span<std::string const> context) {
    std::vector<std::string> words;
    auto const keep = [&](std::string& word) {
        if (word.size() >= kShortestWord) words.push_back(word);
        word.clear();
    };
    for (auto const& text : context) {
        std::string word;
        for (char const c : text) {
            if (is_part(lower(c))) {
                word += lower(c);
            } else {
                keep(word);
            }
        }
        keep(word);
    }
    std::ranges::sort(words, std::ranges::greater{}, &std::string::size);
    return words;
}

// From the beginning each time: taking a word out may leave it once more.
void take_out(std::string& text, std::string_view word) {
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word)) {
        text.erase(at, word.size());
    }
}

std::string lower_case(PreparedPassword const& password) {
    std::string text(text_of(password.secret().reveal()));
    std::ranges::transform(text, text.begin(), lower);
    return text;
}

bool is_context(std::string& text, std::span<std::string const> context) {
    for (auto const& word : words_of(context)) take_out(text, word);
    return text.size() < limits::kPasswordCharactersLeast;
}

bool is_common(std::string_view text) {
    auto const digest = crypto::sha1(bytes_of(text));
    return std::ranges::binary_search(common_password_hashes(), read_u64(digest));
}

}  // namespace

Result<std::optional<PasswordWeakness>> weakness_of(PreparedPassword const& password,
                                                    std::span<std::string const> context,
                                                    BreachedPasswords const* breached) {
    auto text = lower_case(password);
    bool const common = is_common(text);
    bool const named = is_context(text, context);
    scrub(text);
    if (common) return PasswordWeakness::common;
    if (named) return PasswordWeakness::context;
    if (breached == nullptr) return std::nullopt;
    SALUS_TRY(auto const found, breached->contains(password));
    return found ? std::optional(PasswordWeakness::breached) : std::nullopt;
}

}  // namespace salus::factors
