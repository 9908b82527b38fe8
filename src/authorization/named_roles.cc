#include "authorization/named_roles.h"

#include <set>

namespace salus::authorization {
namespace {

class Names {
public:
    void add(cedar::EntityUid const& entity) {
        if (entity.type == "Role") names_.insert(entity.id);
    }
    void add(cedar::Value const& value) {
        if (auto const* entity = value.entity()) add(*entity);
        if (auto const* set = value.set()) {
            for (auto const& element : set->elements()) {
                if (auto const* entity = element.entity()) add(*entity);
            }
        }
    }
    void add(cedar::Expression const& whole) {
        std::vector<cedar::Expression const*> left{&whole};
        while (!left.empty()) {
            auto const& expression = *left.back();
            left.pop_back();
            if (expression.literal) add(*expression.literal);
            for (auto const& operand : expression.operands) left.push_back(&operand);
        }
    }
    [[nodiscard]] std::vector<std::string> take() && { return {names_.begin(), names_.end()}; }

private:
    std::set<std::string> names_;
};

}  // namespace

std::vector<std::string> named_roles(cedar::PolicySet const& rules) {
    Names names;
    for (auto const& rule : rules.policies()) {
        for (auto const& entity : rule.principal.entities) names.add(entity);
        for (auto const& condition : rule.conditions) names.add(condition.body);
    }
    return std::move(names).take();
}

}  // namespace salus::authorization
