// Growing a text that holds ePHI without leaving copies of it in freed memory. Any thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "foundation/secret.h"

namespace salus::http {

inline void append_scrubbed(std::string& text, std::string_view more) {
    if (text.capacity() - text.size() < more.size()) {
        std::string larger;
        larger.reserve(std::max(text.size() + more.size(), text.capacity() * 2));
        larger.append(text);
        scrub(text);
        text.swap(larger);
    }
    text.append(more);
}

}  // namespace salus::http
