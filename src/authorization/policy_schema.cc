#include "authorization/policy_schema.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <tuple>
#include <utility>

#include "authorization/supplied_policies.h"
#include "cedar/validator.h"

namespace salus::authorization {

cedar::Schema const& policy_schema() {
    static cedar::Schema const kSchema = [] {
        auto parsed = cedar::Schema::parse(schema_text());
        // A text of our own, which a test parses. Under an empty schema no rule validates.
        assert(parsed);
        return parsed ? *std::move(parsed) : cedar::Schema({}, {});
    }();
    return kSchema;
}

Messages validate(Policy const& policy) {
    auto validation = cedar::validate(policy.rules().policies(), policy_schema());
    auto findings = std::move(validation.errors);
    std::ranges::move(validation.warnings, std::back_inserter(findings));
    Messages messages;
    for (auto& finding : findings) {
        auto& message = finding.message;
        messages.push_back({message.position, finding.policy + ": " + std::move(message.text)});
    }
    std::ranges::sort(messages, [](cedar::Message const& one, cedar::Message const& other) {
        return std::tie(one.position, one.text) < std::tie(other.position, other.text);
    });
    if (messages.size() > kSchemaMessagesMost) messages.resize(kSchemaMessagesMost);
    return messages;
}

std::expected<Policy, Messages> read_and_validate(std::string text) {
    auto policy = Policy::parse(std::move(text));
    if (!policy) return policy;
    auto messages = validate(*policy);
    if (!messages.empty()) return std::unexpected(std::move(messages));
    return policy;
}

}  // namespace salus::authorization
