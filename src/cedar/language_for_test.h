// Expressions and requests from text. Only tests include this.
#pragma once

#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cedar/entity_json.h"
#include "cedar/policy_set.h"
#include "json/document.h"

namespace salus::cedar {

inline Policy policy_of(std::string const& text) {
    auto policies = parse_policies(text);
    if (!policies) ADD_FAILURE() << text << ": " << policies.error().front().text;
    return policies && policies->size() == 1 ? std::move(policies->front()) : Policy{};
}

inline Expression expression_of(std::string const& text) {
    auto policy = policy_of("permit(principal, action, resource) when {" + text + "};");
    return policy.conditions.size() == 1 ? std::move(policy.conditions.front().body) : Expression{};
}

// "line:column text" of each message; empty if the text is right.
inline std::string messages_of(std::string const& text) {
    auto const policies = parse_policies(text);
    std::string messages;
    if (policies) return messages;
    for (auto const& [position, message] : policies.error()) {
        if (!messages.empty()) messages += "; ";
        messages +=
            std::to_string(position.line) + ":" + std::to_string(position.column) + " " + message;
    }
    return messages;
}

inline EntityTable entities_of(std::string text) {
    json::Parser parser;
    auto const document = parser.parse(std::move(text));
    if (!document) ADD_FAILURE() << document.error().why.text();
    auto entities = document ? read_entities(document->root()) : std::vector<Entity>();
    if (!entities) ADD_FAILURE() << entities.error().why.text();
    return EntityTable(entities ? *std::move(entities) : std::vector<Entity>());
}

inline Record record_of(std::string text) {
    json::Parser parser;
    auto const document = parser.parse(std::move(text));
    auto record = document ? read_record(document->root()) : Result<Record>(Record());
    if (!record) ADD_FAILURE() << record.error().why.text();
    return record ? *std::move(record) : Record();
}

}  // namespace salus::cedar
