#include "cedar/policy_set.h"

#include <utility>

#include "cedar/compiled_policies.h"
#include "cedar/evaluation.h"
#include "cedar/inquiry.h"
#include "cedar/program.h"

namespace salus::cedar {
namespace {

// Borrows nothing.
Value owned(Value const& value) {
    if (auto const* const uid = value.entity()) return Value(EntityUid(*uid));
    if (auto const* const set = value.set()) {
        std::vector<Value> elements;
        elements.reserve(set->elements().size());
        for (auto const& element : set->elements()) elements.push_back(owned(element));
        return Value(Set(std::move(elements)));
    }
    if (auto const* const record = value.record()) {
        std::vector<Record::Member> members;
        members.reserve(record->size());
        for (auto const [name, member] : record->members())
            members.emplace_back(name, owned(member));
        return Value(Record(std::move(members)));
    }
    return value;
}

}  // namespace

CompiledPolicies::CompiledPolicies(std::vector<Policy> given) : policies(std::move(given)) {
    Compiler compiler(program);
    index = PolicyIndex(policies, program.symbols);
    for (auto const& policy : policies) {
        Ready one{.permits = policy.effect == Effect::permit, .clauses = {}};
        // An Inquiry comes back to it with another action.
        bool const comes_back = policy.action.form == ScopeForm::any;
        for (auto const& condition : policy.conditions) {
            auto const node = compiler.add(condition.body);
            compiler.use(node);
            if (comes_back) compiler.use(node);
            one.clauses.push_back({.node = node, .unless = condition.unless});
        }
        ready.push_back(std::move(one));
    }
    compiler.finish();
}

std::expected<PolicySet, std::vector<Message>> PolicySet::parse(std::string_view text) {
    auto policies = parse_policies(text);
    if (!policies) return std::unexpected(std::move(policies).error());
    return of(*std::move(policies));
}

PolicySet PolicySet::of(std::vector<Policy> policies) {
    return PolicySet(std::make_unique<CompiledPolicies const>(std::move(policies)));
}

PolicySet::PolicySet(std::unique_ptr<CompiledPolicies const> compiled)
    : compiled_(std::move(compiled)) {}
PolicySet::PolicySet(PolicySet&&) noexcept = default;
PolicySet& PolicySet::operator=(PolicySet&&) noexcept = default;
PolicySet::~PolicySet() = default;

std::vector<Policy> const& PolicySet::policies() const noexcept {
    return compiled_->policies;
}

Response PolicySet::evaluate(Request const& request, Entities const& entities) const {
    Response response;
    evaluate(request, entities, response);
    return response;
}

void PolicySet::evaluate(Request const& request, Entities const& entities,
                         Response& response) const {
    Inquiry(*this, request, entities).evaluate(response);
}

std::optional<Value> evaluate(Expression const& expression, Request const& request,
                              Entities const& entities) {
    Program program;
    Compiler compiler(program);
    auto const node = compiler.add(expression);
    compiler.finish();
    Evaluation evaluation(program, request, entities);
    auto const value = evaluation.value(node);
    if (value.is_error()) return std::nullopt;
    return owned(value.borrowed());
}

}  // namespace salus::cedar
