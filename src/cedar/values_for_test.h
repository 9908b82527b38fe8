// Values, written briefly. Only tests include this.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cedar/value.h"

namespace salus::cedar {

inline EntityUid uid(std::string type, std::string id) {
    return {.type = std::move(type), .id = std::move(id)};
}

inline Value text(char const* value) {
    return Value(std::string(value));
}

inline Value words(std::vector<std::string> const& list) {
    std::vector<Value> values;
    values.reserve(list.size());
    for (auto const& word : list) values.emplace_back(word);
    return Value(Set(std::move(values)));
}

}  // namespace salus::cedar
