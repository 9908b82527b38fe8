// Any text as a schema of policies. Whatever it declares keeps the bounds, names what is declared,
// and can be shown; what is wrong stands somewhere in the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "cedar/schema.h"
#include "foundation/bytes.h"
#include "foundation/check.h"

namespace {

using namespace salus;
using namespace salus::cedar;

void check_type(Schema const& schema, Type const& type) {
    SALUS_CHECK(type.depth <= kSchemaTypeDepth && type.size <= kSchemaTypeSize);
    SALUS_CHECK(!to_text(type).empty());
    if (type.kind == TypeKind::entity && !is_action_type(type.entity)) {
        SALUS_CHECK(schema.entity_type(type.entity) != nullptr);
    }
    if (type.element != nullptr) check_type(schema, *type.element);
    for (auto const& [name, attribute] : type.attributes) check_type(schema, *attribute.type);
}

void check_schema(Schema const& schema) {
    SALUS_CHECK(schema.entity_types().size() + schema.actions().size() <= kSchemaDeclarationsMost);
    for (auto const& [name, type] : schema.entity_types()) {
        check_type(schema, *type.attributes);
        if (type.tags != nullptr) check_type(schema, *type.tags);
        for (auto const& ancestor : type.ancestors) SALUS_CHECK(schema.may_be_in(name, ancestor));
    }
    for (auto const& [uid, action] : schema.actions()) {
        check_type(schema, *action.context);
        SALUS_CHECK(!action.ancestors.contains(uid));
        SALUS_CHECK(action.principals.empty() == action.resources.empty());
        for (auto const& ancestor : action.ancestors) SALUS_CHECK(schema.action(ancestor));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const text = text_of({data, size});
    auto const schema = Schema::parse(text);
    if (schema) {
        check_schema(*schema);
        return 0;
    }
    auto const lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    SALUS_CHECK(!schema.error().empty());
    for (auto const& message : schema.error()) {
        SALUS_CHECK(message.position.line >= 1 && message.position.line <= lines);
        SALUS_CHECK(!message.text.empty());
    }
    return 0;
}
