// What is wrong with something that the operator supplied. Values.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "foundation/literal.h"

namespace salus::access_context {

// Made of what was written in the source and of a number: it may be logged.
struct Fault {
    Literal key;           // of [access_context]
    std::size_t line = 0;  // of the file that the key names, from 1; 0: the whole
    Literal why;

    // "access_context.deny_file, line 17: a network is written as 10.0.0.0/8 or fd00::/8"
    [[nodiscard]] std::string text() const {
        std::string text("access_context.");
        text.append(key.text());
        if (line != 0) text.append(", line ").append(std::to_string(line));
        return text.append(": ").append(why.text());
    }
};

template <class T>
using Loaded = std::expected<T, Fault>;

}  // namespace salus::access_context
