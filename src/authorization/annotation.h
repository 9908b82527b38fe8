// What the words of annotations mean (policy.h); decision tables use the same ones. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authorization/policy.h"

namespace salus::authorization {

// "a, b": lists may go on in the next line.
[[nodiscard]] std::vector<std::string> split_words(std::string_view list);
// Top-level elements of resources, sorted, each once. Nothing: some word names none.
[[nodiscard]] std::optional<std::vector<std::string>> read_elements(std::string_view list);
// "sign-in:phr:900": the assurance and the age in seconds, 0 for any. Nothing: another word.
[[nodiscard]] std::optional<SignIn> read_sign_in(std::string_view word);
[[nodiscard]] std::string word_of(SignIn const& sign_in);
// Every other duty, by its name.
[[nodiscard]] std::optional<Duty> read_duty(std::string_view word);

}  // namespace salus::authorization
