// The class of this room that opens its own documents.
#pragma once

#include <string>

#include "foundation/ephi.h"

namespace salus::identity {

class DocumentReader {
public:
    [[nodiscard]] static std::string take(EphiText text) { return std::move(text).take({}); }
};

}  // namespace salus::identity
