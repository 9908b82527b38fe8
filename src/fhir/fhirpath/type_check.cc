#include "fhir/fhirpath/type_check.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace salus::fhir::fhirpath {
namespace {

// What an expression may give, as far as that can be said.
struct Shape {
    bool known = false;  // false: anything; the rest then says nothing
    bool ordered = true;
    std::vector<Type const*> elements;
    std::vector<ItemKind> values;

    [[nodiscard]] static Shape anything() { return {}; }
    [[nodiscard]] static Shape of(ItemKind kind) {
        Shape shape;
        shape.known = true;
        shape.values.push_back(kind);
        return shape;
    }
    [[nodiscard]] static Shape of(Type const& type) {
        Shape shape;
        if (type.kind == TypeKind::any_resource) return shape;
        shape.known = true;
        shape.elements.push_back(&type);
        return shape;
    }
    void join(Shape const& other) {
        known = known && other.known;
        ordered = ordered && other.ordered;
        for (auto const* type : other.elements) {
            if (std::ranges::find(elements, type) == elements.end()) elements.push_back(type);
        }
        for (auto const kind : other.values) {
            if (std::ranges::find(values, kind) == values.end()) values.push_back(kind);
        }
    }
    [[nodiscard]] bool is_only(ItemKind kind) const {
        return known && elements.empty() && values == std::vector{kind};
    }
    [[nodiscard]] bool has_only_complex() const {
        return known && values.empty() && !elements.empty() &&
               std::ranges::all_of(
                   elements, [](Type const* type) { return type->kind != TypeKind::primitive; });
    }
    [[nodiscard]] bool can_be_boolean() const {
        return !known || (elements.empty() && values.empty()) ||
               std::ranges::find(values, ItemKind::boolean) != values.end() ||
               std::ranges::any_of(
                   elements, [](Type const* type) { return type->lexical == Lexical::boolean_; });
    }
};

bool keeps_its_input(Function function) {
    switch (function) {
        case Function::where:
        case Function::distinct:
        case Function::single:
        case Function::first:
        case Function::last:
        case Function::tail:
        case Function::skip:
        case Function::take:
        case Function::intersect:
        case Function::exclude:
        case Function::sort:
        case Function::trace:
        case Function::check_modifiers: return true;
        default: return false;
    }
}

bool needs_order(Function function) {
    return function == Function::first || function == Function::last ||
           function == Function::tail || function == Function::skip || function == Function::take;
}

bool gives_boolean(Function function) {
    return (function <= Function::superset_of && function != Function::none) ||
           function == Function::is_distinct || function == Function::not_ ||
           function == Function::is ||
           (function >= Function::converts_to_boolean &&
            function <= Function::converts_to_string) ||
           function == Function::starts_with || function == Function::ends_with ||
           function == Function::contains || function == Function::matches ||
           function == Function::matches_full || function == Function::has_value;
}

bool is_text_function(Function function) {
    return function >= Function::index_of && function <= Function::unescape &&
           function != Function::join;
}

class Checker {
public:
    Checker(Program const& program, Type const& context)
        : program_(program), context_(Shape::of(context)) {}

    Shape shape() { return shape_of(program_.root, context_); }

    Result<void> run() {
        (void)shape();
        if (error_) return fail(*std::move(error_));
        return {};
    }

private:
    Shape refuse(Node const& node, Literal why) {
        if (!error_) {
            Location where;
            where.prepend_index(node.offset);
            error_ = Error{Errc::invalid, why, std::move(where)};
        }
        return Shape::anything();
    }

    Shape shape_of(NodeIndex index, Shape const& focus) {
        auto const& node = program_.nodes[index];
        switch (node.op) {
            case Op::literal: return Shape::of(program_.literals[node.second].kind());
            case Op::this_: return focus;
            case Op::index: return Shape::of(ItemKind::integer);
            case Op::context: return context_;
            case Op::step: return shape_of_step(node, focus);
            case Op::function: return shape_of_function(node, focus);
            case Op::indexer: {
                auto input = shape_of(node.first, focus);
                (void)shape_of(node.second, focus);
                if (!input.ordered) return refuse(node, "the order of what has none");
                return input;
            }
            case Op::positive:
            case Op::negative: return shape_of(node.first, focus);
            case Op::is: (void)shape_of(node.first, focus); return Shape::of(ItemKind::boolean);
            case Op::as: return shape_as(shape_of(node.first, focus), program_.types[node.second]);
            case Op::empty:
            case Op::total:
            case Op::resource:
            case Op::root_resource:
            case Op::variable: return Shape::anything();
            default: break;
        }
        auto left = shape_of(node.first, focus);
        auto const right = shape_of(node.second, focus);
        if (node.op == Op::unite) {
            left.join(right);
            return left;
        }
        return node.op > Op::unite ? Shape::of(ItemKind::boolean) : Shape::anything();
    }

    static Shape shape_of_type(TypeSpecifier const& type) {
        if (type.system || type.fhir == nullptr) return Shape::anything();
        return Shape::of(*type.fhir);
    }

    // Of elements alone a name that FHIR and System share can mean FHIR's type only.
    static Shape shape_as(Shape const& input, TypeSpecifier const& type) {
        bool const of_elements = input.known && input.values.empty() && type.fhir != nullptr;
        return of_elements ? Shape::of(*type.fhir) : shape_of_type(type);
    }

    Shape shape_of_step(Node const& node, Shape const& focus) {
        auto const& name = program_.names[node.second];
        if (node.may_be_type) {
            for (auto const* type : focus.elements) {
                if (focus.known && is_called(*type, name.text)) return focus;
            }
        }
        auto const input = node.first == kNone ? focus : shape_of(node.first, focus);
        if (!input.known) return Shape::anything();
        Shape result;
        result.known = true;
        result.ordered = input.ordered;
        bool found = !input.values.empty();  // type().name and the like
        for (auto const* type : input.elements) found = join_child(result, *type, name) || found;
        if (!found) return refuse(node, "an element that does not exist");
        if (!input.values.empty()) return Shape::anything();
        return result;
    }

    static bool join_child(Shape& result, Type const& type, Name const& name) {
        auto const& model = Model::of_r4();
        if (type.kind == TypeKind::primitive) {
            if (name.text == "extension")
                result.join(Shape::of(model.extension_type()));
            else if (name.text == "id")
                result.join(Shape::of(model.string_type()));
            else
                return false;
            return true;
        }
        auto const* child = model.child(type, name.id);
        if (child == nullptr) return false;
        for (std::uint16_t i = 0; i < child->count; ++i)
            result.join(Shape::of(*child->first[i].type));
        return true;
    }

    Shape shape_of_function(Node const& node, Shape const& focus) {
        auto input = node.first == kNone ? focus : shape_of(node.first, focus);
        std::vector<Shape> arguments;
        for (std::size_t i = 0; i < node.argument_count; ++i) {
            auto const argument = program_.arguments[node.second + i];
            arguments.push_back(
                shape_of(argument, applies_arguments(node.function) ? input : focus));
        }
        if (needs_order(node.function) && !input.ordered)
            return refuse(node, "the order of what has none");
        if (is_text_function(node.function) && input.has_only_complex())
            return refuse(node, "a function of text applied to what is none");
        if (node.function == Function::iif && !arguments[0].can_be_boolean())
            return refuse(node, "a condition that is not Boolean");
        if (keeps_its_input(node.function)) return input;
        if (gives_boolean(node.function)) return Shape::of(ItemKind::boolean);
        switch (node.function) {
            case Function::select: return arguments[0];
            case Function::extension: return Shape::of(Model::of_r4().extension_type());
            case Function::of_type:
            case Function::as: return shape_as(input, program_.types[node.extra]);
            case Function::count:
            case Function::length: return Shape::of(ItemKind::integer);
            case Function::to_string:
            case Function::join: return Shape::of(ItemKind::string);
            case Function::unite:
            case Function::combine: {
                auto joined = input;
                joined.join(arguments[0]);
                return joined;
            }
            case Function::children:
            case Function::descendants: {
                auto unordered = Shape::anything();
                unordered.ordered = false;
                return unordered;
            }
            default: return Shape::anything();
        }
    }

    Program const& program_;
    Shape context_;
    std::optional<Error> error_;
};

}  // namespace

Result<void> check_types(Program const& program, Type const& context) {
    return Checker(program, context).run();
}

ResultTypes result_types(Program const& program, Type const& context) {
    auto shape = Checker(program, context).shape();
    return {shape.known, std::move(shape.elements), std::move(shape.values)};
}

}  // namespace salus::fhir::fhirpath
