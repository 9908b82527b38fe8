// One evaluation: a walk over a Program that keeps its results on a stack. Private to the engine.
//
// Every step leaves its result on top of the stack, above what was there: run(node) adds
// [size before, size after). A function takes its input from `base` to the top and puts its result
// in the same place. `false` means: refused, and error() says why; the stack is then of no use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/fhirpath/evaluator.h"
#include "fhir/fhirpath/memory.h"
#include "fhir/fhirpath/program.h"
#include "foundation/result.h"

namespace salus::fhir::fhirpath {

enum class Truth : std::uint8_t { no, yes, open };  // open: empty

// Where an expression stands: $this, $index, $total.
struct Scope {
    Item const* focus = nullptr;  // nullptr: applied to nothing
    std::int64_t index = 0;
    bool has_index = false;
    bool has_total = false;
    std::size_t total_first = 0;  // on the stack
    std::size_t total_last = 0;

    // The same, applied to one item of a collection. Borrows the item.
    [[nodiscard]] Scope at(Item const& item, std::size_t position) const {
        auto scope = *this;
        scope.focus = &item;
        scope.index = static_cast<std::int64_t>(position);
        scope.has_index = true;
        return scope;
    }
};

// A function that is being called; its input is on the stack from `base`.
struct Call {
    Node const& node;
    Scope const& scope;
    std::size_t base;
};

enum class Ordering : std::uint8_t { less, equal, greater, open, not_comparable };

class Evaluation {
public:
    Evaluation(Program const& program, Context const& context, ItemStack& stack, Arena& arena)
        : program_(program),
          context_(context),
          stack_(stack),
          arena_(arena),
          steps_left_(context.steps) {}

    [[nodiscard]] bool run(NodeIndex node, Scope const& scope);
    [[nodiscard]] Error take_error();
    [[nodiscard]] std::uint64_t steps_left() const noexcept { return steps_left_; }

    // Boolean value of the items from `base`: open if there are none.
    [[nodiscard]] bool truth_of(std::size_t base, Truth& truth);
    [[nodiscard]] Item system_value(Item const& item);
    [[nodiscard]] std::optional<std::string_view> text_of_item(Item const& item);

private:
    // evaluation.cc
    [[nodiscard]] bool refuse(Errc code, Literal why);
    [[nodiscard]] bool count_step(std::uint64_t steps = 1);
    // Counts where nothing can be refused: the next count_step() does it.
    void charge(std::uint64_t steps) noexcept { steps_left_ -= std::min(steps, steps_left_); }
    [[nodiscard]] bool push(Item const& item);
    [[nodiscard]] bool replace(std::size_t base, Item const& item);
    [[nodiscard]] bool replace(std::size_t base, Truth truth);
    [[nodiscard]] std::size_t count(std::size_t base) const { return stack_.size() - base; }
    [[nodiscard]] bool run_node(Node const& node, Scope const& scope);
    [[nodiscard]] bool run_variable(Node const& node);
    [[nodiscard]] bool run_indexer(Node const& node, Scope const& scope);
    [[nodiscard]] bool run_polarity(Node const& node, Scope const& scope);
    [[nodiscard]] bool run_type_operator(Node const& node, Scope const& scope);
    [[nodiscard]] bool run_logic(Node const& node, Scope const& scope);
    [[nodiscard]] bool run_truth(NodeIndex node, Scope const& scope, Truth& truth);
    [[nodiscard]] bool run_binary(Node const& node, Scope const& scope);
    [[nodiscard]] bool call(Node const& node, Scope const& scope);

    // Arguments. Each leaves the stack as it was.
    [[nodiscard]] NodeIndex argument(Call const& call, std::size_t at) const {
        return program_.arguments[call.node.second + at];
    }
    [[nodiscard]] bool single_argument(Call const& call, std::size_t at, std::optional<Item>& out);
    [[nodiscard]] bool text_argument(Call const& call, std::size_t at,
                                     std::optional<std::string_view>& out);
    [[nodiscard]] bool integer_argument(Call const& call, std::size_t at,
                                        std::optional<std::int64_t>& out);
    // The one input item as a System value; nothing if there is none; refused if there are many.
    [[nodiscard]] bool single_input(Call const& call, std::optional<Item>& out);

    // navigation.cc
    [[nodiscard]] bool run_step(Node const& node, Scope const& scope);
    [[nodiscard]] bool push_children_named(Item const& item, Name const& name);
    [[nodiscard]] bool push_member(json::Value const* value, json::Value const* companion,
                                   Type const& type);
    [[nodiscard]] bool push_element(json::Value const* value, json::Value const* companion,
                                    Type const& type);
    [[nodiscard]] bool push_all_children(Item const& item);
    [[nodiscard]] bool push_extensions(Item const& item, std::string_view url);
    [[nodiscard]] bool push_companion_children(Item const& item, std::string_view name);

    // Functions, by family; each file has its own.
    [[nodiscard]] bool call_existence(Call const& call);
    [[nodiscard]] bool call_collection(Call const& call);
    [[nodiscard]] bool call_conversion(Call const& call);
    [[nodiscard]] bool call_string(Call const& call);
    [[nodiscard]] bool call_number(Call const& call);
    [[nodiscard]] bool call_fhir(Call const& call);

    // existence_functions.cc
    // Whether one of the items fulfils the criterion, or does not.
    [[nodiscard]] bool any_item(Call const& call, bool fulfils, bool& found);
    [[nodiscard]] bool exists(Call const& call);
    [[nodiscard]] bool all(Call const& call);
    [[nodiscard]] bool all_booleans(Call const& call, bool wanted, bool any);
    [[nodiscard]] bool subset(Call const& call);
    [[nodiscard]] bool negate(Call const& call);
    // collection_functions.cc
    [[nodiscard]] bool where(Call const& call);
    [[nodiscard]] bool select(Call const& call);
    [[nodiscard]] bool repeat(Call const& call);
    [[nodiscard]] bool of_type(Call const& call);
    [[nodiscard]] bool aggregate(Call const& call);
    [[nodiscard]] bool iif(Call const& call);
    [[nodiscard]] bool sort(Call const& call);
    [[nodiscard]] bool combine(Call const& call);
    [[nodiscard]] bool take_part(Call const& call);
    [[nodiscard]] bool type_function(Call const& call);
    // Removes from [base, top) what was there before; keeps the order.
    [[nodiscard]] bool make_distinct(std::size_t base);
    [[nodiscard]] bool make_distinct_texts(std::size_t base);
    // Whether [first, last) holds an item equal to this.
    [[nodiscard]] bool is_among(Item const& item, std::size_t first, std::size_t last, bool& found);
    // conversion_functions.cc
    [[nodiscard]] std::optional<Item> to(Function type, Item const& item);
    [[nodiscard]] std::optional<Item> to_quantity(Item const& item);
    // string_functions.cc
    [[nodiscard]] bool change_case(Call const& call, std::string_view input);
    [[nodiscard]] bool search_text(Call const& call, std::string_view input);
    [[nodiscard]] bool make_text(Call const& call, std::string_view input);
    [[nodiscard]] bool match_text(Call const& call, std::string_view input);
    [[nodiscard]] bool split_text(Call const& call, std::string_view input);
    [[nodiscard]] bool join_text(Call const& call);
    [[nodiscard]] bool substring(Call const& call, std::string_view input);
    [[nodiscard]] bool replace_text(Call const& call, std::string_view input);
    // number_functions.cc
    [[nodiscard]] bool round(Call const& call, Item const& input);
    [[nodiscard]] bool real_function(Call const& call, Item const& input);
    [[nodiscard]] bool power(Call const& call, Item const& input);
    [[nodiscard]] bool whole(Call const& call, Item const& input);
    [[nodiscard]] bool boundary(Call const& call, Item const& input);
    [[nodiscard]] bool absolute(Call const& call, Item const& input);
    // fhir_functions.cc
    [[nodiscard]] bool resolve(Call const& call);
    [[nodiscard]] bool resolve_one(Item const& item);
    [[nodiscard]] bool check_modifiers(Call const& call);
    [[nodiscard]] bool conforms_to(Call const& call);
    [[nodiscard]] bool member_of(Call const& call);
    [[nodiscard]] bool descendants(Call const& call);
    [[nodiscard]] bool html_checks(Call const& call);

    // comparison.cc
    [[nodiscard]] Truth equal(Item const& a, Item const& b);
    [[nodiscard]] bool is_equivalent(Item const& a, Item const& b);
    [[nodiscard]] Ordering order(Item const& a, Item const& b);
    [[nodiscard]] bool equal_collections(std::size_t left, std::size_t right, Truth& truth);
    [[nodiscard]] bool equivalent_collections(std::size_t left, std::size_t right, bool& same);
    [[nodiscard]] std::optional<Item> as_quantity(Item const& item);
    void charge_units(Quantity const& a, Quantity const& b) noexcept {
        if (a.unit != b.unit) charge(a.unit.size() + b.unit.size());  // which are read
    }
    // arithmetic.cc
    [[nodiscard]] bool calculate(Op op, std::size_t base, Item const& a, Item const& b);
    [[nodiscard]] bool concatenate(std::size_t left, std::size_t right);

    // Text and quantities of our own. nullopt, nullptr: beyond the bound, and refused.
    [[nodiscard]] std::optional<std::string_view> keep(std::string_view text);
    [[nodiscard]] bool replace_with_text(std::size_t base, std::string_view text);
    [[nodiscard]] bool replace_with_quantity(std::size_t base, Quantity const& quantity);
    [[nodiscard]] Quantity const* keep(Quantity const& quantity);

    Program const& program_;
    Context const& context_;
    ItemStack& stack_;
    Arena& arena_;
    std::uint64_t steps_left_;
    Node const* node_ = nullptr;  // the last that was entered
    std::optional<Error> error_;
};

}  // namespace salus::fhir::fhirpath
