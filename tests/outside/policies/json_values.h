// Values, entities and requests in Cedar's JSON ("Entities" and "Context" of its reference), for
// programs that compare: what is none of that throws std::runtime_error.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cedar/datetime.h"
#include "cedar/decimal.h"
#include "cedar/entities.h"
#include "cedar/ip_range.h"
#include "json/document.h"

namespace salus::cedar::testing {

inline json::Value member(json::Value object, std::string_view name) {
    auto const found = object.member(name);
    if (!found) throw std::runtime_error("no member " + std::string(name));
    return *found;
}

inline EntityUid uid_of(json::Value value) {
    return {.type = member(value, "type").text(), .id = member(value, "id").text()};
}

template <class T>
Value parsed(std::optional<T> value) {
    if (!value) throw std::runtime_error("an extension's value is misspelled");
    return Value(*value);
}

inline Value extension_of(std::string const& function, std::string const& argument) {
    if (function == "ip") return parsed(parse_ip(argument));
    if (function == "decimal") return parsed(parse_decimal(argument));
    if (function == "datetime") return parsed(parse_datetime(argument));
    if (function == "duration") return parsed(parse_duration(argument));
    throw std::runtime_error("no extension " + function);
}

inline Value value_of(json::Value value);

inline RecordPointer record_of(json::Value object) {
    std::vector<Record::Member> members;
    for (auto const one : object.members()) members.emplace_back(one.name(), value_of(one.value));
    return std::make_shared<Record const>(std::move(members));
}

inline Value value_of(json::Value value) {
    if (value.is_boolean()) return Value(value.boolean());
    if (value.is_string()) return Value(value.text());
    if (auto const number = value.integer()) return Value(*number);
    if (value.is_array()) {
        std::vector<Value> elements;
        for (auto const element : value.elements()) elements.push_back(value_of(element));
        return Value(Set(std::move(elements)));
    }
    if (!value.is_object()) throw std::runtime_error("a value of no type that Cedar has");
    if (auto const entity = value.member("__entity")) return Value(uid_of(*entity));
    if (auto const call = value.member("__extn"))
        return extension_of(member(*call, "fn").text(), member(*call, "arg").text());
    return Value(record_of(value));
}

inline Entity entity_of(json::Value value) {
    Entity entity{.uid = uid_of(member(value, "uid")),
                  .attributes = record_of(member(value, "attrs"))};
    if (auto const tags = value.member("tags")) entity.tags = record_of(*tags);
    for (auto const parent : member(value, "parents").elements())
        entity.parents.push_back(uid_of(parent));
    return entity;
}

inline std::vector<Entity> entities_of(json::Value array) {
    std::vector<Entity> entities;
    for (auto const entity : array.elements()) entities.push_back(entity_of(entity));
    return entities;
}

}  // namespace salus::cedar::testing
