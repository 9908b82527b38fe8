// The grammar of schemas (Cedar language reference, "Human-readable schema grammar"), by recursive
// descent. Private to the room; one parser, one thread; borrows the text.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "cedar/schema_lexer.h"
#include "cedar/schema_syntax.h"

namespace salus::cedar {

class SchemaParser {
public:
    // REQUIRES: UTF-8.
    explicit SchemaParser(std::string_view text) : lexer_(text) {}
    // Declarations outside of namespaces stand in the first one, which has no name.
    [[nodiscard]] std::expected<std::vector<NamespaceSyntax>, Message> parse();

private:
    template <class T>
    using Parsed = std::expected<T, Message>;

    [[nodiscard]] Parsed<void> advance();
    [[nodiscard]] Parsed<void> expect(std::string_view sign);
    // Whether it was there; then it is behind us.
    [[nodiscard]] Parsed<bool> skip(std::string_view sign);
    [[nodiscard]] Parsed<bool> skip_word(std::string_view word);
    [[nodiscard]] std::unexpected<Message> unexpected(std::string_view wanted) const;

    [[nodiscard]] Parsed<void> annotations();
    [[nodiscard]] Parsed<NamespaceSyntax> name_space();
    [[nodiscard]] Parsed<void> declaration(NamespaceSyntax& space);
    [[nodiscard]] Parsed<EntitySyntax> entity();
    [[nodiscard]] Parsed<void> entity_body(EntitySyntax& entity);
    [[nodiscard]] Parsed<ActionSyntax> action();
    [[nodiscard]] Parsed<std::vector<ActionReferenceSyntax>> action_parents();
    [[nodiscard]] Parsed<ActionReferenceSyntax> action_reference();
    [[nodiscard]] Parsed<void> applies_to(ActionSyntax& action);
    [[nodiscard]] Parsed<void> applies_to_part(ActionSyntax& action);
    [[nodiscard]] Parsed<void> applies_to_types(std::vector<NameSyntax>& types);
    [[nodiscard]] Parsed<CommonTypeSyntax> common_type();

    [[nodiscard]] Parsed<TypeSyntax> type(std::size_t depth);
    [[nodiscard]] Parsed<std::vector<AttributeSyntax>> attributes(std::size_t depth);
    [[nodiscard]] Parsed<NameSyntax> identifier();
    [[nodiscard]] Parsed<NameSyntax> text();
    [[nodiscard]] Parsed<NameSyntax> name();  // identifier or text
    [[nodiscard]] Parsed<NameSyntax> path();
    // A path, or some in brackets.
    [[nodiscard]] Parsed<std::vector<NameSyntax>> paths();

    SchemaLexer lexer_;
    SchemaToken token_;
};

}  // namespace salus::cedar
