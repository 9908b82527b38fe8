#include "authorization/policy.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <fmt/format.h>
#include <set>

#include "authorization/annotation.h"
#include "authorization/record_dependence.h"
#include "request/place_name.h"
#include "request/record_rules.h"

namespace salus::authorization {
namespace {

using Messages = std::vector<cedar::Message>;

constexpr std::size_t kAnnotationBytes = 4096;
constexpr std::size_t kRuleIdBytes = 128;

bool is_limit(cedar::Policy const& policy) {
    return policy.action.form == cedar::ScopeForm::equal &&
           policy.action.entities.front() == cedar::EntityUid{"Action", "limit"};
}

// Ids stand in audit leaves and explanations.
bool is_rule_id(std::string_view id) {
    return !id.empty() && id.size() <= kRuleIdBytes &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c <= '~' && c != '"'; });
}

// Attributes that requests are decided by. What a rule reads beside them would never be there, so
// that it would fail each time.
struct Attribute {
    cedar::Variable of;
    std::string_view name;
};
constexpr auto kKnown = std::to_array<Attribute>({
    {cedar::Variable::principal, "client"},
    {cedar::Variable::principal, "locations"},
    {cedar::Variable::principal, "tenant"},
    {cedar::Variable::resource, "authored"},
    {cedar::Variable::resource, "careRelationship"},
    {cedar::Variable::resource, "consented"},
    {cedar::Variable::resource, "inPatient"},
    {cedar::Variable::resource, "labels"},
    {cedar::Variable::resource, "locations"},
    {cedar::Variable::resource, "own"},
    {cedar::Variable::resource, "represented"},
    {cedar::Variable::resource, "tenant"},
    {cedar::Variable::context, "acr"},
    {cedar::Variable::context, "action"},
    {cedar::Variable::context, "authAge"},
    {cedar::Variable::context, "device"},
    {cedar::Variable::context, "emergency"},
    {cedar::Variable::context, "hour"},
    {cedar::Variable::context, "network"},
    {cedar::Variable::context, "now"},
    {cedar::Variable::context, "purpose"},
    {cedar::Variable::context, "recent"},
    {cedar::Variable::context, "weekday"},
});
constexpr std::array<std::string_view, 4> kVariables{"principal", "action", "resource", "context"};

bool reads_variable(cedar::Expression const& expression) {
    bool const reads = expression.operation == cedar::Operation::attribute ||
                       expression.operation == cedar::Operation::has;
    return reads && expression.operands.front().operation == cedar::Operation::variable;
}

void complain_of_unknown(cedar::Expression const& expression, Messages& messages) {
    if (reads_variable(expression)) {
        auto const variable = expression.operands.front().variable;
        auto const& name = expression.names.front();
        bool const known = std::ranges::any_of(kKnown, [&](Attribute const& attribute) {
            return attribute.of == variable && attribute.name == name;
        });
        if (!known)
            messages.push_back(
                {expression.position,
                 fmt::format("the server does not know {}.{}",
                             kVariables.at(static_cast<std::size_t>(variable)), name)});
    }
    for (auto const& operand : expression.operands) complain_of_unknown(operand, messages);
}

bool any_reads(std::vector<cedar::Policy> const& policies, std::string_view attribute) {
    return std::ranges::any_of(policies, [&](cedar::Policy const& policy) {
        return std::ranges::any_of(policy.conditions, [&](cedar::Condition const& condition) {
            return reads(condition.body, attribute);
        });
    });
}

void add_texts(cedar::Expression const& expression, std::set<std::string>& texts) {
    auto const* text = expression.literal ? expression.literal->text() : nullptr;
    // No label is spelled as a place.
    if (text != nullptr && !request::PlaceName::parse(*text)) texts.insert(*text);
    for (auto const& operand : expression.operands) add_texts(operand, texts);
}

// As they can be searched by without being read as something else.
bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

std::vector<std::string> labels_of(std::vector<cedar::Policy> const& policies) {
    std::set<std::string> labels;
    for (auto const& policy : policies) {
        for (auto const& condition : policy.conditions) {
            if (reads(condition.body, "labels")) add_texts(condition.body, labels);
        }
    }
    return {labels.begin(), labels.end()};
}

class Reader {
public:
    explicit Reader(Messages& messages) : messages_(messages) {}

    RuleMeaning read(cedar::Policy const& policy) {
        at_ = policy.position;
        RuleMeaning meaning{.id = PolicyRuleId(policy.id),
                            .forbids = policy.effect == cedar::Effect::forbid,
                            .limits = is_limit(policy),
                            .fields = {},
                            .redacted = {},
                            .sign_in = {},
                            .duties = {}};
        if (!is_rule_id(policy.id)) complain("@id must be up to 128 visible ASCII characters");
        if (!policy.annotations.contains("id")) complain("a rule needs an @id");
        if (meaning.limits && meaning.forbids) complain("a limit is a permit, never a forbid");
        for (auto const& [name, value] : policy.annotations) annotate(meaning, name, value);
        for (auto const& condition : policy.conditions)
            complain_of_unknown(condition.body, messages_);
        return meaning;
    }

private:
    void annotate(RuleMeaning& meaning, std::string const& name, std::string const& value) {
        bool const permits = !meaning.forbids && !meaning.limits;
        if (value.size() > kAnnotationBytes) complain("an annotation is too long");
        if (name == "id" || name == "description" || name == "reference") return;
        if (name == "fields" && permits) {
            read_fields(meaning, value);
        } else if (name == "redact" && meaning.limits) {
            auto names = read_elements(value);
            if (!names) complain("@redact names no elements");
            meaning.redacted = std::move(names).value_or(std::vector<std::string>{});
        } else if (name == "obligate" && meaning.limits) {
            read_duties(meaning, value);
        } else {
            complain(fmt::format("@{} means nothing here", name));
        }
    }

    void read_fields(RuleMeaning& meaning, std::string const& value) {
        if (value == "*") {
            meaning.fields.all = true;
            return;
        }
        auto names = read_elements(value);
        if (!names) complain("@fields names no elements");
        meaning.fields.names = std::move(names).value_or(std::vector<std::string>{});
    }

    void read_duties(RuleMeaning& meaning, std::string const& value) {
        for (auto const& word : split_words(value)) {
            auto const duty = read_duty(word);
            if (duty) meaning.duties.push_back(*duty);
            auto const sign_in = read_sign_in(word);
            if (!duty && !sign_in) complain(fmt::format("not a duty that is understood: {}", word));
            if (!sign_in) continue;
            meaning.sign_in = meaning.sign_in ? stricter_of(*meaning.sign_in, *sign_in) : *sign_in;
        }
    }

    void complain(std::string text) { messages_.push_back({at_, std::move(text)}); }

    Messages& messages_;
    cedar::Position at_;
};

// Whether a limit can do no more to a record than oblige.
bool only_obliges(cedar::Policy const& rule, RuleMeaning const& meaning) {
    return meaning.limits && meaning.redacted.empty() && !meaning.sign_in && errs_alike(rule);
}

enum class Gives : std::uint8_t { yes, no };

// Of the rules that permit, or of those that may take away.
cedar::PolicySet guards_of_those(std::vector<cedar::Policy> const& rules,
                                 std::vector<RuleMeaning> const& meanings, Gives gives) {
    std::vector<cedar::Policy> those;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto const& meaning = meanings[i];
        bool const permits = !meaning.forbids && !meaning.limits;
        bool const wanted =
            gives == Gives::yes ? permits : !permits && !only_obliges(rules[i], meaning);
        if (wanted) those.push_back(rules[i]);
    }
    return cedar::PolicySet::of(record_guards(those));
}

}  // namespace

struct Policy::Content {
    std::string text;
    cedar::PolicySet rules;
    std::vector<RuleMeaning> meanings;
    std::vector<std::string> labels;
    bool asks_for_care = false;
    bool asks_for_authors = false;
    bool asks_for_consents = false;
    cedar::PolicySet record_guards;  // of no rule: nothing depends on the record
    cedar::PolicySet withholding_guards;
    cedar::PolicySet granting_guards;
    cedar::PolicySet place_guards;  // of no rule: nothing depends on where it belongs
};

std::expected<Policy, Messages> Policy::parse(std::string text) {
    auto rules = cedar::PolicySet::parse(text);
    if (!rules) return std::unexpected(std::move(rules).error());
    Messages messages;
    Reader reader(messages);
    std::vector<RuleMeaning> meanings;
    for (auto const& policy : rules->policies()) meanings.push_back(reader.read(policy));
    auto labels = labels_of(rules->policies());
    bool const care = any_reads(rules->policies(), "careRelationship");
    bool const authors = any_reads(rules->policies(), "authored");
    bool const consents = any_reads(rules->policies(), "consented");
    auto guards = cedar::PolicySet::of(authorization::record_guards(rules->policies()));
    auto withholding = guards_of_those(rules->policies(), meanings, Gives::no);
    auto granting = guards_of_those(rules->policies(), meanings, Gives::yes);
    auto places = cedar::PolicySet::of(authorization::place_guards(rules->policies()));
    for (auto const& label : labels) {
        if (!is_label(label))
            messages.push_back({{}, fmt::format("\"{}\" cannot be a security label", label)});
    }
    if (labels.size() > request::RecordRules::kLabelsLargest)
        messages.push_back({{}, "rules that read resource.labels name more than 64 labels"});
    if (!messages.empty()) return std::unexpected(std::move(messages));
    return Policy(std::make_shared<Content const>(
        Content{std::move(text), *std::move(rules), std::move(meanings), std::move(labels), care,
                authors, consents, std::move(guards), std::move(withholding), std::move(granting),
                std::move(places)}));
}

// A text of our own making parses.
Policy::Policy(PurposeTable const& table) {
    auto made = parse(to_policies(table));
    assert(made);
    if (made)
        *this = *std::move(made);
    else
        *this = Policy();
}

Policy::Policy()
    : Policy(std::make_shared<Content const>(Content{.text = {},
                                                     .rules = cedar::PolicySet::of({}),
                                                     .meanings = {},
                                                     .labels = {},
                                                     .record_guards = cedar::PolicySet::of({}),
                                                     .withholding_guards = cedar::PolicySet::of({}),
                                                     .granting_guards = cedar::PolicySet::of({}),
                                                     .place_guards = cedar::PolicySet::of({})})) {}

cedar::PolicySet const& Policy::rules() const noexcept {
    return content_->rules;
}
RuleMeaning const& Policy::meaning(std::size_t rule) const {
    return content_->meanings.at(rule);
}
std::string Policy::annotation(cedar::Policy const& rule, std::string_view name) {
    auto const found = rule.annotations.find(name);
    return found == rule.annotations.end() ? std::string() : found->second;
}
bool Policy::judges_records() const noexcept {
    return !content_->record_guards.policies().empty();
}
cedar::PolicySet const& Policy::record_guards() const noexcept {
    return content_->record_guards;
}
cedar::PolicySet const& Policy::withholding_guards() const noexcept {
    return content_->withholding_guards;
}
cedar::PolicySet const& Policy::granting_guards() const noexcept {
    return content_->granting_guards;
}
bool Policy::opens_every_record(std::size_t rule) const {
    auto const& said = meaning(rule);
    bool const permits = !said.forbids && !said.limits;
    return permits && said.fields.all && !reads_record(rules().policies().at(rule));
}
cedar::PolicySet const& Policy::place_guards() const noexcept {
    return content_->place_guards;
}
bool Policy::asks_for_care() const noexcept {
    return content_->asks_for_care;
}
bool Policy::asks_for_authors() const noexcept {
    return content_->asks_for_authors;
}
bool Policy::asks_for_consents() const noexcept {
    return content_->asks_for_consents;
}
std::vector<std::string> const& Policy::labels() const noexcept {
    return content_->labels;
}
std::string const& Policy::text() const noexcept {
    return content_->text;
}
crypto::Sha256Digest Policy::hash() const {
    return crypto::sha256(bytes_of(content_->text));
}

}  // namespace salus::authorization
