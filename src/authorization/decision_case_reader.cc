#include <algorithm>
#include <array>

#include "authorization/annotation.h"
#include "authorization/decision_case.h"
#include "authorization/policy_schema.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

constexpr std::size_t kCaseNameBytes = 300;
constexpr auto kMembers = std::to_array<std::string_view>(
    {"name", "principal", "roles", "purpose", "action", "type", "function", "facts", "expect",
     "rules", "erring", "fields", "redacted", "withheld", "duties"});
// What is said of a record that is allowed, and of nothing else.
constexpr auto kOfRecords = std::to_array<std::string_view>({"fields", "redacted", "withheld"});

bool is_printable(std::string_view text) {
    return std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

class CaseReader {
public:
    CaseReader(json::Value json, TableComplaints& complaints)
        : json_(json), complaints_(complaints) {}

    DecisionCase read() {
        if (!json_.is_object()) {
            complain(json_, "a case is an object");
            return std::move(case_);
        }
        for (auto const member : json_.members()) {
            if (std::ranges::find(kMembers, member.name()) == kMembers.end())
                complain(member.key, "a case has no such member");
        }
        case_.name_ = text("name");
        if (case_.name_.empty() || case_.name_.size() > kCaseNameBytes ||
            !is_printable(case_.name_))
            complain(json_, "a case has a name, of one line");
        read_question();
        read_facts_changed();
        read_expected();
        return std::move(case_);
    }

private:
    void read_question() {
        auto const principal = text("principal", "User");
        if (principal != "User" && principal != "Service")
            complain(json_, "principal is User or Service");
        case_.principal_ = {principal, "somebody"};
        case_.roles_ = texts("roles");
        auto const purpose = text("purpose");
        // One that nobody knows may be asked about, too.
        if (!json_.member("purpose")) complain(json_, "purpose is missing");
        case_.type_ = text("type");
        auto const function = text("function");
        if (case_.type_.empty() == function.empty())
            complain(json_, "a case is about either a type or a function");
        if (!case_.type_.empty() && !fhir::is_resource_type(case_.type_))
            complain(json_, "type is no type of resources");
        case_.resource_ = case_.type_.empty() ? cedar::EntityUid{"Function", function}
                                              : cedar::EntityUid{"Record", case_.type_};
        auto const action = text("action");
        case_.action_ = {"Action", action};
        auto const* declared = policy_schema().action(case_.action_);
        if (declared == nullptr || case_.action_ == limit_action() ||
            !declared->resources.contains(case_.resource_.type))
            complain(json_, "action is none that is asked about a " + case_.resource_.type);
        case_.changes_.emplace_back("context.purpose", cedar::Value(purpose));
        case_.changes_.emplace_back("context.action", cedar::Value(action));
    }

    void read_facts_changed() {
        auto const facts = json_.member("facts");
        if (!facts) return;
        if (!facts->is_object()) {
            complain(*facts, "facts is an object");
            return;
        }
        for (auto const member : facts->members()) {
            auto const path = member.name();
            if (path == "context" || path == "context.purpose" || path == "context.action") {
                complain(member.key, "the case itself says its purpose and its action");
                continue;
            }
            if (auto problem = read_facts(path, member.value, case_.changes_))
                complain(problem->at, path + ": " + problem->text);
        }
    }

    void read_expected() {
        auto& expected = case_.expected_;
        auto const expect = text("expect");
        if (expect != "allow" && expect != "deny") complain(json_, "expect is allow or deny");
        expected.allowed = expect == "allow";
        if (!json_.member("rules")) complain(json_, "rules are missing");
        expected.rules = texts("rules");
        expected.erring = texts("erring");
        std::ranges::sort(expected.rules);
        std::ranges::sort(expected.erring);
        bool const on_record = expected.allowed && !case_.type_.empty();
        for (auto const name : kOfRecords) {
            if (!on_record && json_.member(name))
                complain(json_, std::string(name) + " are of records that are allowed");
        }
        if (!expected.allowed && json_.member("duties"))
            complain(json_, "duties are of what is allowed");
        if (on_record) read_elements_expected();
        if (expected.allowed) read_duties();
    }

    void read_elements_expected() {
        auto& expected = case_.expected_;
        if (!json_.member("fields")) complain(json_, "fields are missing");
        if (text("fields") == "*")
            expected.elements.all = true;
        else
            expected.elements.names = elements("fields");
        expected.redacted = elements("redacted");
        withhold(expected.elements, expected.redacted, case_.type_);
        case_.withheld_ = elements("withheld");
    }

    void read_duties() {
        SignIn sign_in;
        auto& duties = case_.expected_.duties;
        for (auto const& word : split_words(text("duties"))) {
            auto const stated = read_sign_in(word);
            if (stated) sign_in = stricter_of(sign_in, *stated);
            if (!stated && !read_duty(word)) complain(json_, "duties has a word that is no duty");
            if (!stated) duties.push_back(word);
        }
        if (sign_in != SignIn{}) duties.push_back(word_of(sign_in));
        std::ranges::sort(duties);
    }

    std::vector<std::string> elements(std::string_view name) {
        auto names = read_elements(text(name));
        if (!names) complain(json_, std::string(name) + " names no elements");
        return std::move(names).value_or(std::vector<std::string>());
    }

    std::string text(std::string_view name, std::string_view otherwise = {}) {
        auto const member = json_.member(name);
        if (member && !member->is_string()) complain(*member, std::string(name) + " is a text");
        return member && member->is_string() ? member->text() : std::string(otherwise);
    }

    std::vector<std::string> texts(std::string_view name) {
        std::vector<std::string> list;
        auto const member = json_.member(name);
        if (!member) return list;
        if (!member->is_array()) {
            complain(*member, std::string(name) + " is a list of texts");
            return list;
        }
        for (auto const value : member->elements()) {
            if (value.is_string())
                list.push_back(value.text());
            else
                complain(value, std::string(name) + " is a list of texts");
        }
        return list;
    }

    void complain(json::Value at, std::string text) { complaints_.add(at, std::move(text)); }

    json::Value json_;
    TableComplaints& complaints_;
    DecisionCase case_;
};

DecisionCase DecisionCase::read(json::Value json, TableComplaints& complaints) {
    return CaseReader(json, complaints).read();
}

}  // namespace salus::authorization
