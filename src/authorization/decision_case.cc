#include "authorization/decision_case.h"

#include <algorithm>
#include <iterator>

#include "authorization/annotation.h"
#include "authorization/type_groups.h"

namespace salus::authorization {
namespace {

// As a request's own entities answer (request_entities.h), with the facts of the case.
class CaseEntities : public cedar::Entities {
public:
    CaseEntities(cedar::Entity principal, std::vector<std::string> const& roles,
                 cedar::Entity resource)
        : principal_(std::move(principal)), roles_(roles), resource_(std::move(resource)) {}

    [[nodiscard]] cedar::Entity const* find(cedar::EntityUid const& uid) const noexcept override {
        if (uid == principal_.uid) return &principal_;
        return uid == resource_.uid ? &resource_ : nullptr;
    }
    [[nodiscard]] bool is_in(cedar::EntityUid const& uid,
                             cedar::EntityUid const& ancestor) const override {
        if (uid == ancestor) return true;
        if (uid == principal_.uid)
            return ancestor.type == "Role" &&
                   std::ranges::find(roles_, ancestor.id) != roles_.end();
        bool const record = uid.type == "Record" && uid == resource_.uid;
        if (ancestor.type == "Type") return record && uid.id == ancestor.id;
        bool const has_group = record || uid.type == "Type";
        return has_group && ancestor.type == "TypeGroup" && group_of(uid.id) == ancestor.id;
    }
    void visit_ancestors(cedar::EntityUid const& uid,
                         cedar::EntityVisitor& visitor) const override {
        if (uid == principal_.uid) {
            for (auto const& role : roles_) visitor.visit("Role", role);
            return;
        }
        bool const record = uid.type == "Record" && uid == resource_.uid;
        if (record) visitor.visit("Type", uid.id);
        if (record || uid.type == "Type") visitor.visit("TypeGroup", group_of(uid.id));
    }

private:
    cedar::Entity principal_;
    std::vector<std::string> const& roles_;
    cedar::Entity resource_;
};

// The least that every person has, which tables do not name.
std::vector<std::string> duties_of(Outcome const& outcome) {
    std::vector<std::string> duties;
    if (outcome.sign_in && *outcome.sign_in != SignIn{})
        duties.push_back(word_of(*outcome.sign_in));
    for (auto const duty : outcome.duties) duties.emplace_back(name_of(duty).text());
    std::ranges::sort(duties);
    return duties;
}

}  // namespace

TableComplaints::TableComplaints(std::string_view text) : line_begins_{0} {
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1))
        line_begins_.push_back(end + 1);
}

void TableComplaints::add(json::Value at, std::string text) {
    add({position_of(at), std::move(text)});
}

void TableComplaints::add(cedar::Message message) {
    if (messages_.size() < kTableProblemsMost) messages_.push_back(std::move(message));
}

cedar::Position TableComplaints::position_of(json::Value at) const {
    auto const line = std::ranges::upper_bound(line_begins_, at.offset());
    auto const begin = *std::prev(line);
    return {.line = static_cast<std::uint32_t>(line - line_begins_.begin()),
            .column = static_cast<std::uint32_t>(at.offset() - begin) + 1};
}

Verdict DecisionCase::decide(Policy const& policy, DecisionFacts facts,
                             cedar::Response& memory) const {
    for (auto const& change : changes_) facts.apply(change);
    auto const attributes = [&](std::string const& holder) {
        return std::make_shared<cedar::Record const>(facts.record(holder));
    };
    CaseEntities const entities(
        {principal_, attributes("principal"), nullptr, {}}, roles_,
        {resource_, attributes(type_.empty() ? "function" : "resource"), nullptr, {}});
    auto const context = facts.record("context");
    auto const outcome = authorization::apply(policy, {principal_, action_, resource_, context},
                                              entities, type_, memory);
    Verdict verdict{.allowed = outcome.allowed};
    // What is left in memory is the evaluation that decided.
    auto const erred = [&](PolicyRuleId const& id) {
        return std::ranges::any_of(
            memory.erring, [&](std::uint32_t rule) { return policy.meaning(rule).id == id; });
    };
    for (auto const& rule : outcome.rules)
        (!outcome.allowed && erred(rule) ? verdict.erring : verdict.rules).push_back(rule.text());
    std::ranges::sort(verdict.rules);
    std::ranges::sort(verdict.erring);
    if (!outcome.allowed) return verdict;
    verdict.duties = duties_of(outcome);
    if (type_.empty()) return verdict;
    verdict.elements = outcome.elements;
    for (auto const& redaction : outcome.redactions)
        std::ranges::copy(redaction.elements, std::back_inserter(verdict.redacted));
    std::ranges::sort(verdict.redacted);
    auto const repeated = std::ranges::unique(verdict.redacted);
    verdict.redacted.erase(repeated.begin(), repeated.end());
    return verdict;
}

std::vector<std::string> DecisionCase::leaving(Verdict const& verdict) const {
    std::vector<std::string> leave;
    if (!verdict.allowed) return leave;
    std::ranges::copy_if(withheld_, std::back_inserter(leave),
                         [&](std::string const& name) { return verdict.elements.contains(name); });
    return leave;
}

}  // namespace salus::authorization
