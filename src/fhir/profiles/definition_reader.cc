#include "fhir/profiles/definition_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "fhir/profiles/profile_path.h"

namespace salus::fhir {
namespace {

// The type of a "type.code"; nullptr: not a FHIR type (the id of an element is a System.String).
Type const* type_of_code(std::string_view code) {
    return find_type(code);
}

std::optional<std::uint32_t> number_of(std::string_view text) {
    std::uint32_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// fixedCode, patternCodeableConcept.
std::optional<json::Value> prefixed(json::Value element, std::string_view prefix) {
    for (auto const& member : element.members()) {
        if (member.name().starts_with(prefix)) return member.value;
    }
    return std::nullopt;
}

template <class Use>
void for_each_in(json::Value value, std::string_view name, Use use) {
    auto const list = value.member(name);
    if (!list || !list->is_array()) return;
    for (auto const each : list->elements()) use(each);
}

std::vector<std::string> steps_of(std::string_view path) {
    std::vector<std::string> steps;
    if (path == "$this") return steps;
    if (path.starts_with("$this.")) path.remove_prefix(6);
    std::size_t depth = 0;
    steps.emplace_back();
    for (char const c : path) {
        if (c == '(') ++depth;
        if (c == ')' && depth > 0) --depth;
        if (c == '.' && depth == 0)
            steps.emplace_back();
        else
            steps.back() += c;
    }
    return steps;
}

}  // namespace

DefinitionReader::DefinitionReader() : set_(std::make_shared<ProfileSet>()) {}
DefinitionReader::~DefinitionReader() = default;

Result<void> DefinitionReader::add(std::string json) {
    if (set_->sources_.size() >= limits::kDefinitions)
        return fail(Errc::too_large, "too many definitions");
    SALUS_TRY(auto parsed, parser_.parse(std::move(json)));
    auto const document = std::make_shared<json::Document const>(std::move(parsed));
    auto const root = document->root();
    if (!root.is_object()) return fail(Errc::invalid, "a definition is a JSON object");
    auto const type = root.text_member("resourceType");
    auto const url = root.text_member("url");
    if (!type || !url) return {};
    auto* into = *type == "StructureDefinition" ? &structures_
                 : *type == "ValueSet"          ? &value_sets_
                 : *type == "CodeSystem"        ? &code_systems_
                                                : nullptr;
    if (into == nullptr) return {};
    into->insert_or_assign(*url, root);
    set_->sources_.push_back(document);
    return {};
}

Result<std::shared_ptr<ProfileSet const>> DefinitionReader::finish() && {
    for (auto const& [url, each] : structures_) SALUS_TRY_VOID(compile(url));
    for (auto const& [url, each] : value_sets_) expand(url);
    return std::shared_ptr<ProfileSet const>(std::move(set_));
}

// ---- structure definitions

Result<void> DefinitionReader::compile(std::string const& url) {
    auto const found = structures_.find(url);
    if (found == structures_.end() || set_->profiles_.contains(url)) return {};
    if (open_.size() > limits::kDefinitionDepth || !open_.insert(url).second)
        return fail(Errc::invalid, "definitions that build on each other in a circle");
    auto const definition = found->second;
    auto const* type = type_of_code(definition.text_member("type").value_or(""));
    bool const constraint = definition.text_member("derivation") == "constraint";
    // Logical models and new types are no profiles of what can be stored here.
    if (type != nullptr && constraint) {
        Profile profile{url, definition.text_member("version").value_or(""), type, {}, {}};
        auto const base = definition.text_member("baseDefinition").value_or("");
        SALUS_TRY_VOID(compile(std::string(without_version(base))));
        if (auto const* known = set_->find(base)) profile.root = known->root;
        for_each_in(definition, "context", [&](json::Value context) {
            if (context.text_member("type") == "fhirpath")
                profile.contexts.emplace_back("Element");
            else
                profile.contexts.push_back(context.text_member("expression").value_or(""));
        });
        if (auto const differential = definition.member("differential"))
            SALUS_TRY_VOID(lay_over(profile, *differential));
        set_->profiles_.emplace(url, std::move(profile));
    }
    open_.erase(url);
    return {};
}

Result<void> DefinitionReader::lay_over(Profile& profile, json::Value differential) {
    auto const elements = differential.member("element");
    if (!elements || !elements->is_array()) return {};
    std::map<std::string, std::string> last;  // from a path to the id that it last had
    for (auto const element : elements->elements()) {
        if (!element.is_object()) return fail(Errc::invalid, "an element is a JSON object");
        auto const path = element.text_member("path").value_or("");
        auto id = element.text_member("id");
        if (!id) {
            auto const dot = path.rfind('.');
            auto const parent = dot == std::string::npos ? "" : last[path.substr(0, dot)];
            id = parent.empty() ? path : parent + path.substr(dot);
            if (auto const slice = element.text_member("sliceName")) *id += ":" + *slice;
        }
        last[path] = *id;
        SALUS_TRY_VOID(lay_over_element(profile, element, *id));
    }
    return {};
}

Result<void> DefinitionReader::lay_over_element(Profile& profile, json::Value element,
                                                std::string const& id) {
    SALUS_TRY(auto* node, node_at(profile.root, *profile.type, id));
    node->label = DefinitionText(id + " of " + profile.url);
    if (auto const min = element.member("min"))
        node->min =
            static_cast<std::uint32_t>(std::max<std::int64_t>(min->integer().value_or(0), 0));
    if (auto const max = element.text_member("max"); max && *max != "*")
        node->max = number_of(*max);
    read_types(element, *node);
    if (auto const fixed = prefixed(element, "fixed")) node->fixed = fixed;
    if (auto const pattern = prefixed(element, "pattern")) node->pattern = pattern;
    if (auto const binding = element.member("binding"); binding && binding->is_object()) {
        node->value_set.reset();
        if (binding->text_member("strength") == "required")
            node->value_set = binding->text_member("valueSet");
    }
    read_constraints(element, *node);
    if (auto const slicing = element.member("slicing"); slicing && slicing->is_object())
        return read_slicing(*slicing, *node);
    return {};
}

void DefinitionReader::read_types(json::Value element, ProfileNode& node) {
    auto const types = element.member("type");
    if (!types || !types->is_array()) return;
    node.types.clear();
    node.profiles.clear();
    node.targets.clear();
    for (auto const each : types->elements()) {
        if (auto const* type = type_of_code(each.text_member("code").value_or("")))
            node.types.push_back(type);
        for_each_in(each, "profile", [&](json::Value url) {
            if (url.is_string()) node.profiles.push_back(url.text());
        });
        for_each_in(each, "targetProfile", [&](json::Value url) {
            if (url.is_string()) node.targets.push_back(url.text());
        });
    }
}

void DefinitionReader::read_constraints(json::Value element, ProfileNode& node) {
    for_each_in(element, "constraint", [&](json::Value each) {
        auto const expression = each.text_member("expression");
        auto const key = each.text_member("key");
        if (!expression || !key) return;
        auto const severity =
            each.text_member("severity") == "warning" ? Severity::warning : Severity::error;
        auto text = *key + ": " + each.text_member("human").value_or("");
        auto compiled = fhirpath::Expression::compile(*expression);
        std::shared_ptr<fhirpath::Expression const> shared;
        if (compiled)
            shared = std::make_shared<fhirpath::Expression const>(*std::move(compiled));
        else if (set_->warnings_.size() < limits::kDefinitionWarnings)
            set_->warnings_.push_back(DefinitionText("the constraint " + *key + " at " +
                                                     node.label.text() + " cannot be evaluated"));
        node.constraints.push_back({DefinitionText(std::move(text)), severity, std::move(shared)});
    });
}

Result<void> DefinitionReader::read_slicing(json::Value slicing, ProfileNode& node) {
    node.discriminators.clear();
    bool known = true;
    for_each_in(slicing, "discriminator", [&](json::Value each) {
        auto const type = each.text_member("type").value_or("");
        auto const path = steps_of(each.text_member("path").value_or("$this"));
        if (type == "value" || type == "pattern")
            node.discriminators.push_back({DiscriminatorType::value, path});
        else if (type == "exists")
            node.discriminators.push_back({DiscriminatorType::exists, path});
        else if (type == "type")
            node.discriminators.push_back({DiscriminatorType::type, path});
        else if (type == "profile")
            node.discriminators.push_back({DiscriminatorType::profile, path});
        else
            known = false;
    });
    if (!known) return fail(Errc::invalid, "a discriminator of an unknown type");
    auto const rules = slicing.text_member("rules").value_or("open");
    node.rules = rules == "closed"      ? SlicingRules::closed
                 : rules == "openAtEnd" ? SlicingRules::open_at_end
                                        : SlicingRules::open;
    auto const ordered = slicing.member("ordered");
    node.ordered = ordered && ordered->is_boolean() && ordered->boolean();
    return {};
}

// ---- value sets

void DefinitionReader::expand(std::string const& url) {
    auto const found = value_sets_.find(url);
    if (found == value_sets_.end() || set_->value_sets_.contains(url)) return;
    if (open_.size() > limits::kDefinitionDepth || !open_.insert(url).second) return;
    LoadedValueSet result{.complete = true, .codes = {}};
    auto const compose = found->second.member("compose");
    if (!compose || !compose->member("include") || compose->member("exclude"))
        result.complete = false;
    else
        for_each_in(*compose, "include", [&](json::Value part) { include(part, result); });
    for (auto& [system, codes] : result.codes) std::ranges::sort(codes);
    set_->value_sets_.emplace(url, std::move(result));
    open_.erase(url);
}

namespace {

void add_concepts(json::Value holder, std::vector<std::string>& codes, std::size_t depth) {
    for_each_in(holder, "concept", [&](json::Value each) {
        if (auto code = each.text_member("code")) codes.push_back(*std::move(code));
        if (depth < limits::kDefinitionDepth) add_concepts(each, codes, depth + 1);
    });
}

void add_table(ValueSet const& table, LoadedValueSet& into) {
    for (auto const& list : table.lists) {
        auto& codes = into.codes[std::string(list.system.text())];
        for (auto const code : list.codes) codes.emplace_back(code.text());
    }
}

}  // namespace

void DefinitionReader::include(json::Value part, LoadedValueSet& into) {
    auto const system = part.text_member("system");
    auto const sets = part.member("valueSet");
    // An intersection, a filter: not expanded.
    if (part.member("filter") || (system && sets)) {
        into.complete = false;
        return;
    }
    if (sets) {
        bool const one = sets->is_array() && sets->size() == 1;
        auto const first = one ? std::optional(*sets->elements().begin()) : std::nullopt;
        if (!first || !first->is_string()) {
            into.complete = false;
            return;
        }
        auto const url = std::string(without_version(first->text()));
        expand(url);
        if (auto const* known = set_->value_set(url)) {
            for (auto const& [name, codes] : known->codes)
                into.codes[name].insert(into.codes[name].end(), codes.begin(), codes.end());
        } else if (auto const* table = find_value_set(url); table != nullptr && table->complete) {
            add_table(*table, into);
        } else {
            into.complete = false;
        }
        return;
    }
    if (!system) return;
    auto& codes = into.codes[*system];
    if (part.member("concept")) return add_concepts(part, codes, limits::kDefinitionDepth);
    auto const known = code_systems_.find(*system);
    if (known == code_systems_.end() || known->second.text_member("content") != "complete")
        into.complete = false;
    else
        add_concepts(known->second, codes, 0);
}

}  // namespace salus::fhir
