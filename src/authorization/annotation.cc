#include "authorization/annotation.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace salus::authorization {
namespace {

std::vector<std::string> split_at(std::string_view text, std::string_view separators) {
    std::vector<std::string> words;
    std::string word;
    for (char const c : text) {
        if (!separators.contains(c)) {
            word += c;
            continue;
        }
        if (!word.empty()) words.push_back(std::exchange(word, {}));
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

}  // namespace

std::vector<std::string> split_words(std::string_view list) {
    return split_at(list, ", \t\r\n");
}

std::optional<std::vector<std::string>> read_elements(std::string_view list) {
    auto names = split_words(list);
    auto const is_name = [](std::string const& name) {
        return std::ranges::all_of(name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        });
    };
    if (!std::ranges::all_of(names, is_name)) return std::nullopt;
    std::ranges::sort(names);
    auto const repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

std::optional<SignIn> read_sign_in(std::string_view word) {
    auto const parts = split_at(word, ":");
    if (parts.size() != 3 || parts[0] != "sign-in") return std::nullopt;
    auto const least = assurance_of(parts[1]);
    std::int64_t seconds = -1;
    auto const* end = parts[2].data() + parts[2].size();
    auto const read = std::from_chars(parts[2].data(), end, seconds);
    if (!least || read.ec != std::errc() || read.ptr != end || seconds < 0) return std::nullopt;
    return SignIn{.least = *least, .max_age = std::chrono::seconds(seconds)};
}

std::string word_of(SignIn const& sign_in) {
    return fmt::format("sign-in:{}:{}",
                       sign_in.least == Assurance::phishing_resistant ? "phr" : "mfa",
                       sign_in.max_age.count());
}

std::optional<Duty> read_duty(std::string_view word) {
    for (auto const duty : request::kDuties) {
        if (name_of(duty).text() == word) return duty;
    }
    return std::nullopt;
}

}  // namespace salus::authorization
