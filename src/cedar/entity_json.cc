#include "cedar/entity_json.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cedar/evaluation.h"
#include "cedar/functions.h"
#include "cedar/lexer.h"

namespace salus::cedar {
namespace {

constexpr std::size_t kArgumentsMost = 2;

// What an object holds if it has one member of this name and no other.
std::optional<json::Value> only_member(json::Value json, std::string_view name) {
    if (!json.is_object() || json.size() != 1) return std::nullopt;
    return json.member(name);
}

// The error stands in an element of a list.
Error at_index(Error error, std::size_t index) {
    error.where.prepend_index(index);
    return error;
}

Error at_member(Error error, Literal name) {
    error.where.prepend(name);
    return error;
}

Result<Set> read_set(json::Value json) {
    std::vector<Value> elements;
    elements.reserve(json.size());
    for (auto const element : json.elements()) {
        auto value = read_value(element);
        if (!value) return fail(at_index(std::move(value).error(), elements.size()));
        elements.push_back(*std::move(value));
    }
    return Set(std::move(elements));
}

Result<std::vector<Value>> read_arguments(json::Value call) {
    std::vector<Value> arguments;
    if (auto const one = call.member("arg")) {
        SALUS_TRY(auto value, read_value(*one));
        arguments.push_back(std::move(value));
        return arguments;
    }
    auto const several = call.member("args");
    if (!several || !several->is_array() || several->size() == 0 ||
        several->size() > kArgumentsMost)
        return fail(Errc::invalid, "an extension value has no arguments");
    for (auto const argument : several->elements()) {
        SALUS_TRY(auto value, read_value(argument));
        arguments.push_back(std::move(value));
    }
    return arguments;
}

Result<Value> read_extension(json::Value call) {
    auto const name = call.is_object() ? call.text_member("fn") : std::nullopt;
    if (!name || call.size() != 2)
        return fail(Errc::invalid, "an extension value has \"fn\" and \"arg\"");
    auto const* const facts = find_function(*name);
    if (facts == nullptr) return fail(Errc::invalid, "an unknown extension function");
    SALUS_TRY(auto const arguments, read_arguments(call));
    if (arguments.size() != facts->arguments)
        return fail(Errc::invalid, "an extension function with another number of arguments");
    std::vector<Operand> operands;
    for (auto const& argument : arguments) operands.emplace_back(argument);
    auto value = call_function(facts->function, operands);
    if (!value) return fail(Errc::invalid, "an extension function does not take this argument");
    return *std::move(value);
}

Result<std::vector<EntityUid>> read_parents(json::Value json) {
    if (!json.is_array()) return fail(Errc::invalid, "not a list of entities");
    std::vector<EntityUid> parents;
    for (auto const element : json.elements()) {
        auto parent = read_entity_uid(element);
        if (!parent) return fail(at_index(std::move(parent).error(), parents.size()));
        parents.push_back(*std::move(parent));
    }
    return parents;
}

Result<Entity> read_entity(json::Value json) {
    auto const uid = json.member("uid");
    if (!uid) return fail(Errc::invalid, "an entity has no \"uid\"");
    Entity entity;
    SALUS_TRY(entity.uid, read_entity_uid(*uid));
    for (auto const member : json.members()) {
        if (member.is_named("uid")) continue;
        if (member.is_named("parents")) {
            auto parents = read_parents(member.value);
            if (!parents) return fail(at_member(std::move(parents).error(), "parents"));
            entity.parents = *std::move(parents);
        } else if (member.is_named("attrs") || member.is_named("tags")) {
            auto const tags = member.is_named("tags");
            auto record = read_record(member.value);
            if (!record)
                return fail(at_member(std::move(record).error(),
                                      tags ? Literal("tags") : Literal("attrs")));
            (tags ? entity.tags : entity.attributes) =
                std::make_shared<Record const>(*std::move(record));
        } else {
            return fail(Errc::invalid, "an entity has uid, attrs, parents and tags only");
        }
    }
    return entity;
}

}  // namespace

Result<EntityUid> read_entity_uid(json::Value json) {
    if (auto const inner = only_member(json, "__entity")) return read_entity_uid(*inner);
    auto type = json.text_member("type");
    auto id = json.text_member("id");
    if (!type || !id || json.size() != 2)
        return fail(Errc::invalid, "an entity's uid has \"type\" and \"id\"");
    if (!is_path(*type)) return fail(Errc::invalid, "not the name of an entity type");
    return EntityUid{.type = *std::move(type), .id = *std::move(id)};
}

Result<Value> read_value(json::Value json) {
    switch (json.kind()) {
        case json::Kind::boolean: return Value(json.boolean());
        case json::Kind::string: return Value(json.text());
        case json::Kind::null: return fail(Errc::invalid, "there is no null");
        case json::Kind::number: {
            auto const number = json.integer();
            if (!number) return fail(Errc::invalid, "a number is an integer of 64 bits");
            return Value(*number);
        }
        case json::Kind::array: {
            SALUS_TRY(auto set, read_set(json));
            return Value(std::move(set));
        }
        case json::Kind::object: break;
    }
    if (auto const uid = only_member(json, "__entity")) {
        SALUS_TRY(auto entity, read_entity_uid(*uid));
        return Value(std::move(entity));
    }
    if (auto const call = only_member(json, "__extn")) return read_extension(*call);
    SALUS_TRY(auto record, read_record(json));
    return Value(std::move(record));
}

Result<Record> read_record(json::Value json) {
    if (!json.is_object()) return fail(Errc::invalid, "not an object");
    std::vector<Record::Member> members;
    members.reserve(json.size());
    for (auto const member : json.members()) {
        SALUS_TRY(auto value, read_value(member.value));
        members.emplace_back(member.name(), std::move(value));
    }
    return Record(std::move(members));
}

Result<std::vector<Entity>> read_entities(json::Value json) {
    if (!json.is_array()) return fail(Errc::invalid, "not a list of entities");
    if (json.size() > kEntitiesMost) return fail(Errc::too_large, "too many entities");
    std::vector<Entity> entities;
    std::size_t parents = 0;
    entities.reserve(json.size());
    for (auto const element : json.elements()) {
        auto entity = read_entity(element);
        if (!entity) return fail(at_index(std::move(entity).error(), entities.size()));
        parents += entity->parents.size();
        if (parents > kEntityParentsMost) return fail(Errc::too_large, "too many parents");
        entities.push_back(*std::move(entity));
    }
    return entities;
}

}  // namespace salus::cedar
