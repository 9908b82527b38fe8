// The judge of the cases of SMART scopes: what a request should bring, by the text of the resources
// that were loaded and by the words of the case, and not by any search, index or rule of the
// product. Included by tests only.
#pragma once

#include "pipeline/smart_scopes_for_test.h"

namespace salus::testing::smart_scopes {

// What the judge knows of a resource.
struct Held {
    std::string text;
    std::string type;
    std::string id;
    std::string patient;             // with whom it stands; empty: with nobody
    std::vector<std::string> whose;  // that patient, and others of whom it is as well
    std::vector<Pair> references;    // element of the resource, "Type/id"
    std::vector<std::string> codes;  // "system|code"
    std::vector<std::string> tags;
    std::string status;
    std::string gender;
    std::string birth_date;
    std::string name;  // as JSON, in small letters
    bool has_address = false;

    [[nodiscard]] std::string label() const { return type + "/" + id; }
    // Of such resources none belongs to a patient
    // (https://hl7.org/fhir/R4/compartmentdefinition-patient.html).
    [[nodiscard]] bool is_shared() const {
        return std::set<std::string>{"Device",       "Location",      "Medication",
                                     "Organization", "PaymentNotice", "Practitioner"}
            .contains(type);
    }
};

inline std::string in_small_letters(std::string text) {
    std::ranges::transform(text, text.begin(), [](char const c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

inline void add_references(Held& held, std::string const& element, std::string const& json) {
    static std::string const kKey = "\"reference\"";
    for (auto at = json.find(kKey); at != std::string::npos; at = json.find(kKey, at + 1)) {
        auto const begin = json.find('"', at + kKey.size()) + 1;
        held.references.emplace_back(element, json.substr(begin, json.find('"', begin) - begin));
    }
}

inline std::vector<std::string> codings_of(json::Value parent, char const* member) {
    std::vector<std::string> codes;
    auto const codings = parent.member(member);
    if (!codings || !codings->is_array()) return codes;
    for (auto const coding : codings->elements()) {
        codes.push_back(coding.text_member("system").value_or("") + "|" +
                        coding.text_member("code").value_or(""));
    }
    return codes;
}

// The patients of whom it is: those that the first element names which names any, beginning with
// the type's subject.
inline std::vector<std::string> patients_of(Held const& held) {
    if (held.type == "Patient") return {held.id};
    if (held.is_shared()) return {};
    static std::vector<std::string> const kMost{"subject",   "patient", "participant", "member",
                                                "performer", "author",  "recorder",    "asserter",
                                                "recipient", "sender",  "actor"};
    static std::map<std::string, std::vector<std::string>> const kOthers{
        {"Coverage", {"beneficiary", "policyHolder", "subscriber", "payor"}},
        {"Provenance", {"target"}}};
    auto const other = kOthers.find(held.type);
    for (auto const& element : other == kOthers.end() ? kMost : other->second) {
        std::vector<std::string> patients;
        for (auto const& [at, target] : held.references) {
            if (at == element && target.starts_with("Patient/"))
                patients.push_back(target.substr(8));
        }
        if (!patients.empty()) return patients;
    }
    return {};
}

inline Held held_of(json::Value root) {
    Held held;
    held.text = std::string(root.raw());
    held.type = *root.text_member("resourceType");
    held.id = *root.text_member("id");
    for (auto const& member : root.members()) {
        if (!member.is_named("contained"))
            add_references(held, member.name(), std::string(member.value.raw()));
    }
    if (auto const code = root.member("code"); code && code->is_object())
        held.codes = codings_of(*code, "coding");
    if (auto const meta = root.member("meta")) held.tags = codings_of(*meta, "tag");
    held.status = root.text_member("status").value_or("");
    held.gender = root.text_member("gender").value_or("");
    held.birth_date = root.text_member("birthDate").value_or("");
    if (auto const name = root.member("name"))
        held.name = in_small_letters(std::string(name->raw()));
    held.has_address = root.member("address").has_value();
    held.whose = patients_of(held);
    held.patient = held.whose.empty() ? "" : held.whose.front();
    return held;
}

// GET [path]?[parameters]
struct Ask {
    std::string path;
    std::vector<Pair> parameters;

    static Ask of(std::string const& target) {
        auto const mark = target.find('?');
        Ask ask{.path = target.substr(0, mark), .parameters = {}};
        if (mark == std::string::npos) return ask;
        for (auto const& each : split(target.substr(mark + 1), '&')) {
            auto value = each.substr(each.find('=') + 1);
            if (auto const bar = value.find("%7C"); bar != std::string::npos)
                value.replace(bar, 3, "|");
            ask.parameters.emplace_back(each.substr(0, each.find('=')), value);
        }
        return ask;
    }
};

class Judge {
public:
    void add(Held held) {
        auto name = held.label();
        held_.insert_or_assign(std::move(name), std::move(held));
    }
    [[nodiscard]] std::map<std::string, Held> const& held() const { return held_; }

    // `letter`: r or s. Of a practitioner, who takes part in an encounter, a care team or an
    // appointment of a patient has that patient's records, and who, where and what care is given.
    [[nodiscard]] bool permits(ScopeCase const& one, char letter, Held const& held) const {
        return std::ranges::any_of(one.scopes, [&](GrantedScope const& scope) {
            return !scope.is_refused() && scope.letters.contains(letter) &&
                   (scope.type == "*" || scope.type == held.type) && is_in(one, scope, held) &&
                   std::ranges::all_of(scope.constraint, [&](auto const& each) {
                       return satisfies(one, held, each.first, each.second);
                   });
        });
    }

    [[nodiscard]] Names expected(ScopeCase const& one, Ask const& ask) const {
        auto const parts = split(ask.path, '/');
        if (parts.size() == 2) {
            auto const found = held_.find(ask.path);
            return found != held_.end() && permits(one, 'r', found->second) ? Names{ask.path}
                                                                            : Names{};
        }
        auto const& type = parts.back();
        Names names;
        for (auto const& [name, held] : held_) {
            if ((type == "*" || held.type == type) &&
                (parts.size() == 1 || held.patient == parts[1]) && permits(one, 's', held) &&
                std::ranges::all_of(ask.parameters, [&](auto const& each) {
                    return satisfies(one, held, each.first, each.second);
                }))
                names.insert(name);
        }
        add_included(one, ask, names);
        return names;
    }

private:
    [[nodiscard]] bool is_in(ScopeCase const& one, GrantedScope const& scope,
                             Held const& held) const {
        if (scope.context == "system") return true;
        if (scope.context == "patient")
            return one.is_patients() && "Patient/" + held.patient == one.compartment;
        if (held.patient.empty())
            return held.is_shared() && held.type != "Device" && held.type != "PaymentNotice";
        return std::ranges::any_of(held_, [&](auto const& each) {
            auto const& [name, other] = each;
            return is_among(other.whose, held.patient) &&
                   (other.type == "Encounter" || other.type == "CareTeam" ||
                    other.type == "Appointment") &&
                   is_among(other.references, Pair{"participant", one.compartment});
        });
    }

    [[nodiscard]] bool satisfies(ScopeCase const& one, Held const& held, std::string const& name,
                                 std::string const& value) const {
        if (name == "_include" || name == "_revinclude" || name == "_count" || name == "_sort")
            return true;
        if (name == "_id") return is_among(split(value, ','), held.id);
        if (name == "_type") return is_among(split(value, ','), held.type);
        if (name == "_tag") return is_among(held.tags, value);
        if (name == "status") return held.status == value;
        if (name == "gender") return held.gender == value;
        if (name == "birthdate") return has_birth_date(held, value);
        if (name == "patient") return held.patient == value;
        if (name == "code") return has_code(held, value);
        if (name == "name") return held.name.contains("\"" + in_small_letters(value));
        if (name == "address:missing") return held.has_address == (value == "false");
        return satisfies_chain(one, held, name, value);
    }
    [[nodiscard]] bool satisfies_chain(ScopeCase const& one, Held const& held,
                                       std::string const& name, std::string const& value) const {
        bool const forward = name == "subject:Patient.name";
        bool const code = name.starts_with("_has:Observation:") && name.ends_with(":code");
        EXPECT_TRUE(forward || code) << name;
        return std::ranges::any_of(held_, [&](auto const& each) {
            auto const& [label, other] = each;
            auto const& from = forward ? held : other;
            auto const& to = forward ? other : held;
            return other.type == (forward ? "Patient" : "Observation") &&
                   is_among(from.references, Pair{"subject", to.label()}) &&
                   permits(one, 's', other) &&
                   satisfies(one, other, forward ? "name" : "code", value);
        });
    }
    static bool has_code(Held const& held, std::string const& value) {
        return std::ranges::any_of(held.codes, [&](std::string const& code) {
            return value.contains('|') ? code == value : code.ends_with("|" + value);
        });
    }
    // Whole days, of which the order is that of their texts.
    static bool has_birth_date(Held const& held, std::string const& value) {
        auto const& born = held.birth_date;
        auto const prefix = value.substr(0, 2);
        auto const day = value.substr(2);
        if (born.empty()) return false;
        if (prefix == "eq") return born == day;
        if (prefix == "ne") return born != day;
        if (prefix == "ge") return born >= day;
        if (prefix == "le") return born <= day;
        if (prefix == "gt" || prefix == "sa") return born > day;
        return born < day;
    }

    // What stands with the same patient or, by its type, with nobody, and may be read.
    void add_included(ScopeCase const& one, Ask const& ask, Names& names) const {
        auto const matches = names;
        auto const add = [&](Held const& from, Held const& held) {
            if (permits(one, 'r', held) && (held.patient == from.patient || held.is_shared()))
                names.insert(held.label());
        };
        for (auto const& [name, value] : ask.parameters) {
            if (name != "_include" && name != "_revinclude") continue;
            auto const words = split(value, ':');
            for (auto const& match : matches) {
                for (auto const& [label, held] : held_) {
                    auto const& from = name == "_include" ? held_.at(match) : held;
                    auto const& to = name == "_include" ? label : match;
                    if (words.front() != "*" && from.type != words.front()) continue;
                    for (auto const& [element, target] : from.references) {
                        if (target == to && (words.back() == "*" || element == words.back()))
                            add(held_.at(match), held);
                    }
                }
            }
        }
    }

    std::map<std::string, Held> held_;
};

}  // namespace salus::testing::smart_scopes
