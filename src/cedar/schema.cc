#include "cedar/schema.h"

#include <utility>

#include "cedar/schema_parser.h"
#include "cedar/schema_resolver.h"
#include "json/escape.h"

namespace salus::cedar {
namespace {

std::unexpected<std::vector<Message>> refused(Message message) {
    return std::unexpected(std::vector<Message>{std::move(message)});
}

}  // namespace

bool is_action_type(std::string_view name) noexcept {
    return name == "Action" || name.ends_with("::Action");
}

std::expected<Schema, std::vector<Message>> Schema::parse(std::string_view text) {
    if (text.size() > kSchemaTextBytes) return refused({{}, "the schema is too long"});
    if (!json::is_utf8(text)) return refused({{}, "the schema is not valid UTF-8"});
    auto syntax = SchemaParser(text).parse();
    if (!syntax) return refused(std::move(syntax).error());
    return SchemaResolver(*syntax).resolve();
}

Schema::Schema(EntityTypes entity_types, Actions actions)
    : entity_types_(std::move(entity_types)), actions_(std::move(actions)) {
    for (auto const& [uid, action] : actions_) {
        auto& ancestors = ancestors_of_actions_[uid.type];
        for (auto const& ancestor : action.ancestors) ancestors.insert(ancestor.type);
    }
}

EntityDeclaration const* Schema::entity_type(std::string_view name) const {
    auto const found = entity_types_.find(name);
    return found == entity_types_.end() ? nullptr : &found->second;
}

ActionDeclaration const* Schema::action(EntityUid const& uid) const {
    auto const found = actions_.find(uid);
    return found == actions_.end() ? nullptr : &found->second;
}

bool Schema::may_be_in(std::string_view name, std::string_view ancestor) const {
    if (name == ancestor) return true;
    if (auto const* const type = entity_type(name)) {
        return type->ancestors.contains(std::string(ancestor));
    }
    auto const found = ancestors_of_actions_.find(name);
    return found != ancestors_of_actions_.end() && found->second.contains(std::string(ancestor));
}

}  // namespace salus::cedar
