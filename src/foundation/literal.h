// Literal: text that was written in the source and therefore cannot carry request data.
// Errors and log events are made of it, so both may be shown and logged without thought (KEY-6).
#pragma once

#include <string_view>

namespace salus {

class Literal {
public:
    // consteval: a string made at run time does not compile.
    template <std::size_t Size>
    consteval Literal(char const (&text)[Size])
        : text_(text, Size - 1) {}  // NOLINT(google-explicit-constructor)
    constexpr Literal() = default;

    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return text_.empty(); }
    friend constexpr bool operator==(Literal, Literal) = default;

private:
    std::string_view text_;
};

}  // namespace salus
