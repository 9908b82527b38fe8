// The class of this room that opens what the command line reads from the operator's files and from
// answers to its own requests.
#pragma once

#include <string>

#include "foundation/ephi.h"

namespace salus::app {

class CommandLine {
public:
    [[nodiscard]] static std::string text(EphiText text) { return std::move(text).take({}); }
};

}  // namespace salus::app
