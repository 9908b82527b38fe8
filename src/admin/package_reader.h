// The class of this room that opens what a client sent, and the room's own documents: packages of
// definitions, which are no ePHI but travel as everything does.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "foundation/ephi.h"

namespace salus::admin {

class PackageReader {
public:
    [[nodiscard]] static std::string_view view(EphiText const& text) { return text.reveal({}); }
    [[nodiscard]] static std::string take(EphiText text) { return std::move(text).take({}); }
};

}  // namespace salus::admin
