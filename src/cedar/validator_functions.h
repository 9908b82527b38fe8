// The functions and methods of extension types, as the validator sees them (Cedar language
// reference, "Functions"). Private to the room; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "cedar/functions.h"
#include "cedar/schema_type.h"

namespace salus::cedar {

struct FunctionSignature {
    std::vector<TypeKind> parameters;  // of a method the receiver is the first
    TypeKind result = TypeKind::boolean;
    // Makes a value of a text, which has to be a literal.
    bool constructor = false;
};

[[nodiscard]] FunctionSignature signature_of(Function function);
// Whether the constructor makes a value of this text. REQUIRES: a constructor.
[[nodiscard]] bool constructs(Function function, std::string_view text);

}  // namespace salus::cedar
