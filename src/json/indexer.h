// Builds the nodes of a Document from its text and the positions of the structural characters
// (brackets, colons, commas, and the first character of every scalar) that simdjson's first stage
// found. Private to the room.
//
// It checks the structure itself, so that it never reads outside the text whatever the positions
// say; scalars it takes as they stand. Thread safety: one call, one thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "json/document.h"

namespace salus::json {

enum class Scrutiny : std::uint8_t {
    structure,  // text that was validated once
    members,    // also refuse duplicate member names and lone surrogates
};

class Indexer {
public:
    Indexer(Document& document, std::span<std::uint32_t const> structurals, Scrutiny scrutiny,
            ParseLimits limits);
    [[nodiscard]] Result<void> run();

private:
    // Steps are many and small: they return one byte, and run() makes the Error of it.
    enum class Refusal : std::uint8_t {
        none,
        not_json,
        duplicate_member,
        lone_surrogate,
        too_deep,
        too_many,
    };
    [[nodiscard]] static Error error_of(Refusal refusal);

    // What the next structural character may be.
    enum class Expect : std::uint8_t {
        value,
        first_element,  // value or ]
        first_member,   // name or }
        name,
        colon,
        separator,  // comma or the closing bracket
        end,
    };

    [[nodiscard]] Refusal step(std::uint32_t at, std::uint32_t next);
    [[nodiscard]] Refusal value(std::uint32_t at, std::uint32_t next);
    [[nodiscard]] Refusal open(std::uint32_t at, Kind kind);
    [[nodiscard]] Refusal close(std::uint32_t at);
    [[nodiscard]] Refusal scalar(std::uint32_t at, std::uint32_t next);
    [[nodiscard]] Refusal string(std::uint32_t at, std::uint32_t next);
    [[nodiscard]] Refusal add(std::uint32_t begin, std::uint32_t end, Kind kind, bool escapes);
    [[nodiscard]] bool has_duplicates(std::uint32_t object) const;
    [[nodiscard]] std::uint32_t trim(std::uint32_t begin, std::uint32_t end) const;
    void after_value();

    Document& document_;
    std::string_view text_;
    std::span<std::uint32_t const> structurals_;
    Scrutiny scrutiny_;
    ParseLimits limits_;
    Expect expect_ = Expect::value;
    std::size_t depth_ = 0;
    std::array<std::uint32_t, limits::kJsonDepth> open_{};  // nodes of the open containers
};

}  // namespace salus::json
