// Policies at random, as text, about one small world: conditions of every type of value that read
// attributes of the resource (known ones, unknown ones, and those which are never there), by many
// routes, and err now and then. One thread.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace salus::cedar::testing {

class RandomPolicies {
public:
    explicit RandomPolicies(unsigned seed) : random_(seed) {}

    // From 0 to one less than the bound.
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }
    std::string one_of(std::vector<std::string> const& choices) {
        return choices[below(choices.size())];
    }

    std::string policies(std::size_t count) {
        std::string text;
        for (std::size_t made = 0; made < count; ++made) {
            text += one_of({"permit", "permit", "forbid"}) + "(" + principal_scope() +
                    ", action, " + resource_scope() + ")";
            for (auto conditions = below(3) + 1; conditions > 0; --conditions)
                text += one_of({" when {", " unless {"}) + boolean(3) + "}";
            text += ";\n";
        }
        return text;
    }

private:
    std::string principal_scope() {
        return one_of({"principal", "principal", "principal", "principal in Role::\"nurse\"",
                       "principal in Type::\"Observation\"", "principal == User::\"ada\"",
                       "principal is Record", "principal is User in Role::\"clerk\""});
    }
    std::string resource_scope() {
        return one_of({"resource", "resource", "resource", "resource == Record::\"r1\"",
                       "resource in Type::\"Observation\"", "resource in Record::\"r3\"",
                       "resource is Record", "resource is User",
                       "resource is Record in TypeGroup::\"clinical\""});
    }

    std::string boolean(int depth) {
        if (depth == 0) return boolean_leaf();
        auto const inner = depth - 1;
        switch (below(13)) {
            case 0:
            case 1: return "(" + boolean(inner) + " && " + boolean(inner) + ")";
            case 2: return "(" + boolean(inner) + " && " + boolean(0) + " && " + boolean(0) + ")";
            case 3:
            case 4: return "(" + boolean(inner) + " || " + boolean(inner) + ")";
            case 5: return "!(" + boolean(inner) + ")";
            case 6:
                return "(if " + boolean(inner) + " then " + boolean(inner) + " else " +
                       boolean(inner) + ")";
            case 7:
                return "(" + number(inner) + one_of({" < ", " >= ", " == ", " != "}) +
                       number(inner) + ")";
            case 8: return "(" + set(inner) + ").contains(" + text(inner) + ")";
            case 9:
                return "(" + set(inner) + one_of({").containsAny(", ").containsAll("}) +
                       set(inner) + ")";
            case 10: return "(" + entity(inner) + " == " + entity(inner) + ")";
            case 11: return "(" + entity(inner) + " in " + entity(inner) + ")";
            default: return boolean_leaf();
        }
    }

    std::string boolean_leaf() {
        switch (below(9)) {
            case 0: return "(" + text(1) + " == " + text(1) + ")";
            case 1: return "(" + text(1) + " like \"t*\")";
            case 2: return "(" + entity(1) + ").flag";
            case 3: return "(" + entity(1) + " is Record in Type::\"Observation\")";
            case 4:
                return "(" + entity(1) + " has " + one_of({"flag", "labels", "tenant", "link"}) +
                       ")";
            case 5: return "(" + set(0) + ").isEmpty()";
            case 6:
                return "(" + one_of({"resource", "principal", entity(1)}) + " in " +
                       one_of({"Role::\"nurse\"", "Type::\"Observation\"", "Record::\"r3\"",
                               "[Type::\"Observation\", Role::\"clerk\"]"}) +
                       ")";
            case 7:
                return "(" + entity(0) + one_of({").hasTag(", ").getTag("}) +
                       one_of({"\"t\"", text(1)}) + ")" + one_of({"", " == \"t\""});
            default:
                return one_of({"true", "false", "resource.flag", "resource has labels",
                               "resource has extra.name", "resource is Record", "context.missing",
                               "context.hour", "resource.labels.contains(\"PSY\")",
                               "resource.labels.containsAny([\"SEX\", \"R\"])",
                               "(context.purpose == \"TREAT\")", "(context has purpose)",
                               "(resource.count > 1)", "(context.device.hour > 7)"});
        }
    }

    std::string number(int depth) {
        if (depth > 0 && below(4) == 0)
            return "(" + number(depth - 1) + one_of({" + ", " - ", " * "}) + number(depth - 1) +
                   ")";
        if (depth > 0 && below(6) == 0)
            return "(if " + boolean(depth - 1) + " then 1 else " + number(depth - 1) + ")";
        return one_of({"0", "1", "2", "9223372036854775807", "resource.count", "resource.grade",
                       "context.hour", "(-resource.count)", "resource.extra.size",
                       "principal.level"});
    }

    std::string text(int depth) {
        if (depth > 0 && below(4) == 0)
            return "(if " + boolean(0) + " then \"PSY\" else " + text(depth - 1) + ")";
        if (depth > 0 && below(3) == 0) return "(" + entity(depth - 1) + ").tenant";
        return one_of({"\"PSY\"", "\"t1\"", "resource.extra.name", "context.purpose",
                       "resource.tenant", "principal.tenant", "resource.missing"});
    }

    std::string set(int depth) {
        if (depth > 0 && below(3) == 0) return "(" + entity(depth - 1) + ").labels";
        return one_of({"resource.labels", "resource.labels", "context.labels", "[\"PSY\", \"R\"]",
                       "[" + text(0) + ", \"PSY\"]", "[]"});
    }

    std::string entity(int depth) {
        if (depth > 0 && below(3) == 0) return "(" + entity(depth - 1) + ").link";
        return one_of({"principal", "resource", "resource", "resource.link", "context.record",
                       "context.other", "Record::\"r1\"", "Record::\"r3\"", "Type::\"Observation\"",
                       "User::\"ada\""});
    }

    std::mt19937 random_;
};

}  // namespace salus::cedar::testing
