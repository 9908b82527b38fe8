#include "fhir/fhirpath/expression_use.h"

#include <algorithm>

#include "fhir/fhirpath/type_check.h"

namespace salus::fhir::fhirpath {
namespace {

// What a part of an expression gives, as far as it matters who may see it.
enum class Gives : std::uint8_t {
    within,  // things within elements that are counted, or computed of them
    root,    // the resource itself may be among them
};

// Functions that give of their input what they got, looking at nothing but their arguments.
bool passes_input_on(Function function) {
    switch (function) {
        case Function::where:
        case Function::single:
        case Function::first:
        case Function::last:
        case Function::tail:
        case Function::skip:
        case Function::take:
        case Function::of_type:
        case Function::as:
        case Function::trace: return true;
        default: return false;
    }
}

// Functions that say of a resource no more than that it is there, and of which type.
bool only_counts(Function function) {
    switch (function) {
        case Function::empty:
        case Function::exists:
        case Function::count:
        case Function::is:
        case Function::all: return true;
        default: return false;
    }
}

// What depends on the time, on other resources or on terminology.
bool looks_outside(Function function) {
    switch (function) {
        case Function::now:
        case Function::today:
        case Function::time_of_day:
        case Function::member_of:
        case Function::conforms_to: return true;
        default: return false;
    }
}

class Reading {
public:
    Reading(Program const& program, Type const& resource)
        : program_(program), resource_(resource) {}

    Gives walk(NodeIndex index, Gives focus) {
        auto const& node = program_.nodes[index];
        switch (node.op) {
            case Op::empty:
            case Op::literal:
            case Op::index: return Gives::within;
            case Op::this_: return focus;
            case Op::resource:
            case Op::root_resource: return Gives::root;
            case Op::context: return start_;
            case Op::total: return whole();
            case Op::variable: refuse("it names a variable"); return Gives::within;
            case Op::step: return walk_step(node, focus);
            case Op::function: return walk_function(node, focus);
            case Op::is: return walk_type_test(node.first, focus);
            case Op::as: return walk(node.first, focus);
            case Op::indexer: (void)walk(node.second, focus); return walk(node.first, focus);
            case Op::positive:
            case Op::negative: return computed(walk(node.first, focus));
            default: break;
        }
        auto const left = walk(node.first, focus);
        auto const right = walk(node.second, focus);
        if (node.op == Op::unite) return either(left, right);
        return computed(either(left, right));
    }

    Gives run(Gives start) {
        start_ = start;
        return walk(program_.root, start);
    }
    [[nodiscard]] Literal refused() const noexcept { return refused_; }
    [[nodiscard]] std::optional<std::vector<Literal>> elements() const { return elements_; }

private:
    static Gives either(Gives a, Gives b) {
        return a == Gives::root || b == Gives::root ? Gives::root : Gives::within;
    }
    void refuse(Literal why) {
        if (refused_.empty()) refused_ = why;
    }
    Gives whole() {
        elements_.reset();
        return Gives::within;
    }
    // A value that was made of all that was there.
    Gives computed(Gives input) { return input == Gives::root ? whole() : input; }

    // resolve() gives what another resource holds; all that is known of it is its type.
    Gives walk_type_test(NodeIndex input, Gives focus) {
        if (input == kNone) return Gives::within;
        auto const& node = program_.nodes[input];
        if (node.op == Op::function && node.function == Function::resolve) {
            if (node.first != kNone) (void)computed(walk(node.first, focus));
        } else {
            (void)walk(input, focus);
        }
        return Gives::within;
    }

    Gives walk_step(Node const& node, Gives focus) {
        auto const& name = program_.names[node.second];
        bool const names_type =
            node.may_be_type && focus == Gives::root && is_called(resource_, name.text);
        if (names_type) return Gives::root;
        auto const input = node.first == kNone ? focus : walk(node.first, focus);
        if (input == Gives::root) add_elements(name.text);
        return Gives::within;
    }

    void add_elements(std::string_view name) {
        if (!elements_) return;
        bool found = false;
        for (auto const& element : resource_.elements) {
            if (base_name(element) != name && element.name.text() != name) continue;
            elements_->push_back(element.name);
            found = true;
        }
        if (!found) (void)whole();
    }

    Gives walk_function(Node const& node, Gives focus) {
        if (looks_outside(node.function)) refuse("it depends on more than the resource");
        if (node.function == Function::resolve) refuse("it looks into another resource");
        if (node.function == Function::is) return walk_type_test(node.first, focus);
        auto const input = node.first == kNone ? focus : walk(node.first, focus);
        auto arguments = Gives::within;
        for (std::size_t i = 0; i < node.argument_count; ++i) {
            auto const argument = program_.arguments[node.second + i];
            arguments =
                either(arguments, walk(argument, applies_arguments(node.function) ? input : focus));
        }
        if (passes_input_on(node.function)) return input;
        if (only_counts(node.function)) return Gives::within;
        switch (node.function) {
            case Function::select: return arguments;
            case Function::iif: return either(arguments, Gives::within);
            case Function::unite:
            case Function::combine: return either(input, arguments);
            case Function::extension:
                if (input == Gives::root) add_elements("extension");
                return Gives::within;
            default: return computed(either(input, arguments));
        }
    }

    Program const& program_;
    Type const& resource_;
    Gives start_ = Gives::root;
    Literal refused_;
    std::optional<std::vector<Literal>> elements_{std::in_place};
};

}  // namespace

ExpressionUse use_of(Expression const& expression, Type const& type, FocusPlace place,
                     Type const& resource) {
    auto const& program = expression.program();
    Reading reading(program, resource);
    ExpressionUse use;
    auto const gives = reading.run(place == FocusPlace::resource ? Gives::root : Gives::within);
    use.gives_root = gives == Gives::root;
    use.refused = reading.refused();
    use.elements = reading.elements();
    if (use.elements) {
        std::ranges::sort(*use.elements, {}, &Literal::text);
        auto const repeated = std::ranges::unique(*use.elements);
        use.elements->erase(repeated.begin(), repeated.end());
    }
    auto const results = result_types(program, type);
    if (use.refused.empty() && !results.known)
        use.refused = "what it gives cannot be told from its text";
    for (auto const kind : results.values) {
        if (kind == ItemKind::boolean)
            use.gives_truth = true;
        else if (use.refused.empty())
            use.refused = "it gives computed values";
    }
    use.types = results.elements;
    return use;
}

}  // namespace salus::fhir::fhirpath
