// The compiled form of an expression: a flat array of nodes, children before parents, with names,
// types, literals and patterns resolved. Private to the engine. Thread safety: constant once made.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/item.h"
#include "fhir/fhirpath/model.h"
#include "fhir/fhirpath/pattern.h"

namespace salus::fhir::fhirpath {

enum class Op : std::uint8_t {
    empty,    // {}
    literal,  // second: in literals
    this_,
    index,
    total,
    context,
    resource,
    root_resource,
    variable,  // second: in names
    step,      // first: input; second: in names
    function,  // first: input; second: in arguments
    indexer,   // first, second
    positive,
    negative,  // first
    is,
    as,  // first; second: in types
    // first, second
    multiply,
    divide,
    div,
    mod,
    add,
    subtract,
    concatenate,
    unite,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    equivalent,
    not_equivalent,
    in,
    contains,
    and_,
    or_,
    xor_,
    implies,
};

using NodeIndex = std::uint32_t;
constexpr NodeIndex kNone = 0xffffffff;

struct Node {
    Op op = Op::empty;
    Function function = Function::none;
    std::uint8_t argument_count = 0;
    bool may_be_type = false;  // the first name of a path, in capitals: Patient.name
    NodeIndex first = kNone;   // kNone: what the expression is applied to
    std::uint32_t second = kNone;
    std::uint32_t extra = kNone;  // of a function: in patterns or types
    std::uint32_t offset = 0;     // in the text of the expression
};

struct Name {
    std::string_view text;
    NameId id;
};

struct Program {
    std::vector<Node> nodes;
    std::vector<NodeIndex> arguments;
    std::vector<Item> literals;
    std::vector<Name> names;
    std::vector<TypeSpecifier> types;
    std::vector<std::unique_ptr<Pattern const>> patterns;
    std::deque<std::string> texts;  // what literals and names point into
    std::deque<Quantity> quantities;
    NodeIndex root = kNone;
};

}  // namespace salus::fhir::fhirpath
