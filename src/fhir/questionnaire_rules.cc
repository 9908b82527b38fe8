#include "fhir/questionnaire_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/value_rules.h"

namespace salus::fhir {
namespace {

struct TypedItems {
    std::string_view type;
    std::string_view initial;  // the members that may hold a value of it; empty: none may
    std::string_view other;
};

// https://hl7.org/fhir/R4/questionnaire.html#itemtypes. A choice and an open choice take more.
constexpr auto kTyped = std::to_array<TypedItems>({
    {"boolean", "valueBoolean", ""},
    {"decimal", "valueDecimal", "valueInteger"},
    {"integer", "valueInteger", ""},
    {"date", "valueDate", ""},
    {"dateTime", "valueDateTime", "valueDate"},
    {"time", "valueTime", ""},
    {"string", "valueString", ""},
    {"text", "valueString", ""},
    {"url", "valueUri", ""},
    {"attachment", "valueAttachment", ""},
    {"reference", "valueReference", ""},
    {"quantity", "valueQuantity", ""},
});

class QuestionnaireItems {
public:
    QuestionnaireItems(ElementPath& path, Reporter& report) : path_(path), report_(report) {}

    // As deep as the document.
    void read(json::Value parent, std::size_t above) {
        auto const items = parent.member("item");
        if (!items || !items->is_array()) return;
        for (auto const item : items->elements()) {
            auto const index = above_.size();
            above_.push_back(above);
            if (auto link = item.text_member("linkId")) places_.emplace(*std::move(link), index);
            read(item, index);
        }
    }
    void check(json::Value parent, Type const& type) {
        auto const items = parent.member("item");
        if (!items || !items->is_array()) return;
        PathStep const step(path_, *find_element(type, "item"));
        std::size_t index = 0;
        for (auto const item : items->elements()) {
            path_.at_index(index++);
            check_conditions(item, next_++);
            check_initial(item);
            check(item, *find_type("Questionnaire.item"));
        }
    }

private:
    // A question that is there, and neither this item nor one inside of it.
    void check_conditions(json::Value item, std::size_t own) {
        auto const conditions = item.member("enableWhen");
        if (!conditions || !conditions->is_array()) return;
        for (auto const condition : conditions->elements()) {
            auto const question = condition.text_member("question");
            auto const found = question ? places_.find(*question) : places_.end();
            if (question && found == places_.end())
                report_.error("invalid", "a condition on a question that is not there");
            if (found != places_.end() && is_inside(found->second, own))
                report_.error("invalid", "a condition of an item on itself or what is inside");
        }
    }
    [[nodiscard]] bool is_inside(std::size_t item, std::size_t other) const {
        while (item != other && item != kTop) item = above_[item];
        return item == other;
    }
    void check_initial(json::Value item) {
        auto const type = item.text_member("type").value_or("");
        auto const typed = std::ranges::find(kTyped, type, &TypedItems::type);
        auto const initial = item.member("initial");
        if (typed == kTyped.end() || !initial || !initial->is_array()) return;
        for (auto const each : initial->elements()) {
            if (holds_other_value(each, typed->initial, typed->other))
                report_.error("invalid", "an initial value of another type than its item");
        }
    }

    ElementPath& path_;
    Reporter& report_;
    std::unordered_map<std::string, std::size_t> places_;
    std::vector<std::size_t> above_;  // each item's own item
    std::size_t next_ = 0;

public:
    static constexpr std::size_t kTop = SIZE_MAX;
};

}  // namespace

void check_questionnaire(json::Value questionnaire, ElementPath& path, Reporter& report) {
    QuestionnaireItems items(path, report);
    items.read(questionnaire, QuestionnaireItems::kTop);
    items.check(questionnaire, *find_type("Questionnaire"));
}

}  // namespace salus::fhir
