// Trees, time, and what FHIR adds (https://hl7.org/fhir/R4/fhirpath.html#functions).
#include <algorithm>
#include <string>

#include "fhir/fhirpath/evaluation.h"
#include "fhir/narrative.h"

namespace salus::fhir::fhirpath {
namespace {

constexpr std::string_view kDefinitions = "http://hl7.org/fhir/StructureDefinition/";

// Patient/1 and https://example.org/fhir/Patient/1/_history/2 name a Patient.
Type const* type_of_reference(std::string_view reference) {
    if (auto const history = reference.find("/_history/"); history != std::string_view::npos)
        reference = reference.substr(0, history);
    auto const id = reference.rfind('/');
    if (id == std::string_view::npos) return nullptr;
    auto const before = reference.substr(0, id);
    auto const slash = before.rfind('/');
    return find_resource_type(slash == std::string_view::npos ? before : before.substr(slash + 1));
}

std::optional<Item> contained_with_id(Item const& resource, std::string_view id) {
    auto const contained = resource.value().member("contained");
    if (!contained || !contained->is_array()) return std::nullopt;
    for (auto const each : contained->elements()) {
        auto const found = each.member("id");
        if (found && found->is_text(id)) return Item::resource(each);
    }
    return std::nullopt;
}

// The entry whose fullUrl is the reference, or ends in it when it is relative.
std::optional<Item> entry_of(Item const& bundle, std::string_view reference) {
    auto const entries = bundle.value().member("entry");
    if (!entries || !entries->is_array()) return std::nullopt;
    bool const absolute = reference.find(':') != std::string_view::npos;
    for (auto const entry : entries->elements()) {
        auto const url = entry.member("fullUrl");
        auto const resource = entry.member("resource");
        if (!url || !url->is_string() || !resource) continue;
        auto const text = url->raw_text();
        bool const found = text == reference || (!absolute && text.size() > reference.size() &&
                                                 text.ends_with(reference) &&
                                                 text[text.size() - reference.size() - 1] == '/');
        if (found) return Item::resource(*resource);
    }
    return std::nullopt;
}

}  // namespace

bool Evaluation::call_fhir(Call const& call) {
    switch (call.node.function) {
        case Function::children: {
            auto const end = stack_.size();
            for (auto i = call.base; i < end; ++i) {
                if (!push_all_children(Item(stack_[i]))) return false;
            }
            stack_.remove(call.base, end);
            return true;
        }
        case Function::descendants: return descendants(call);
        case Function::now:
            return replace(call.base, Item::of(moment_of(context_.now), MomentKind::date_time));
        case Function::today: {
            auto moment = moment_of(context_.now);
            moment.precision = Calendar::day;
            moment.has_zone = false;
            return replace(call.base, Item::of(moment, MomentKind::date));
        }
        case Function::time_of_day: {
            auto moment = moment_of(context_.now);
            moment.has_zone = false;
            return replace(call.base, Item::of(moment, MomentKind::time));
        }
        case Function::extension: {
            std::optional<std::string_view> url;
            if (!text_argument(call, 0, url)) return false;
            auto const end = stack_.size();
            for (auto i = call.base; i < end && url; ++i) {
                if (!push_extensions(Item(stack_[i]), *url)) return false;
            }
            stack_.remove(call.base, end);
            return true;
        }
        case Function::has_value:
        case Function::get_value: {
            bool has = false;
            Item item;
            if (count(call.base) == 1) {
                item = stack_[call.base];
                has = !item.is_element() || (item.is_primitive() && item.has_value());
            }
            if (call.node.function == Function::has_value) return replace(call.base, Item::of(has));
            stack_.truncate(call.base);
            return !has || push(system_value(item));
        }
        case Function::resolve: return resolve(call);
        case Function::check_modifiers: return check_modifiers(call);
        case Function::conforms_to: return conforms_to(call);
        case Function::member_of: return member_of(call);
        case Function::html_checks: return html_checks(call);
        default: return refuse(Errc::internal, "a function in the wrong family");
    }
}

bool Evaluation::descendants(Call const& call) {
    auto const end = stack_.size();
    for (auto i = call.base; i < end; ++i) {
        if (!push_all_children(Item(stack_[i]))) return false;
    }
    for (auto next = end; next < stack_.size(); ++next) {
        if (!push_all_children(Item(stack_[next]))) return false;
    }
    stack_.remove(call.base, end);
    return true;
}

bool Evaluation::resolve(Call const& call) {
    auto const end = stack_.size();
    for (auto i = call.base; i < end; ++i) {
        if (!resolve_one(Item(stack_[i]))) return false;
    }
    stack_.remove(call.base, end);
    return true;
}

// Of a Reference, or of a text that is one. What is not at hand is nothing, or a stub.
bool Evaluation::resolve_one(Item const& item) {
    auto text = system_value(item);
    if (text.is_element() && text.has_value() && text.type()->name.text() == "Reference") {
        auto const reference = text.value().member("reference");
        if (!reference || !reference->is_string()) {
            auto const named = text.value().member("type");
            if (context_.unresolved != Unresolved::typed || !named || !named->is_string())
                return true;
            auto const* type = find_resource_type(named->raw_text());
            return type == nullptr || push(Item::stub(*type));
        }
        text = system_value(Item::element(*reference, Model::of_r4().string_type()));
    }
    if (text.kind() != ItemKind::string) return true;
    auto const reference = text.text();
    std::optional<Item> found;
    auto const& root = context_.root_resource ? context_.root_resource : context_.resource;
    if (reference.starts_with('#')) {
        if (!root || !root->has_value()) return true;
        found = reference.size() == 1 ? root : contained_with_id(*root, reference.substr(1));
        if (!found && context_.resource && context_.resource->has_value())
            found = contained_with_id(*context_.resource, reference.substr(1));
        return !found || push(*found);
    }
    if (!count_step(root && root->has_value() ? root->value().size() : 1)) return false;
    if (root && root->has_value() && root->type()->name.text() == "Bundle") {
        auto const entries = root->value().member("entry");
        if (entries && !count_step(entries->size())) return false;
        found = entry_of(*root, reference);
    }
    if (!found && context_.surroundings != nullptr)
        found = context_.surroundings->resolve(reference);
    if (found) return push(*found);
    if (context_.unresolved != Unresolved::typed) return true;
    auto const* type = type_of_reference(reference);
    return type == nullptr || push(Item::stub(*type));
}

// Refused if an element has a modifier extension that is not among the arguments.
bool Evaluation::check_modifiers(Call const& call) {
    auto const end = stack_.size();
    for (std::size_t i = 0; i < call.node.argument_count; ++i) {
        std::optional<std::string_view> url;
        if (!text_argument(call, i, url)) return false;
        if (url && !push(Item::of(*url))) return false;
    }
    auto const known = stack_.from(end);
    for (auto i = call.base; i < end; ++i) {
        auto const item = stack_[i];
        if (!item.is_element() || item.is_primitive() || !item.has_value()) continue;
        auto const extensions = item.value().member("modifierExtension");
        if (!extensions || !extensions->is_array()) continue;
        for (auto const extension : extensions->elements()) {
            auto const url = extension.member("url");
            bool const is_known = url && std::ranges::any_of(known, [&url](Item const& each) {
                                      return url->is_text(each.text());
                                  });
            if (!is_known)
                return refuse(Errc::invalid, "a modifier extension that is not understood");
        }
    }
    stack_.truncate(end);
    return true;
}

bool Evaluation::conforms_to(Call const& call) {
    std::optional<std::string_view> profile;
    if (!text_argument(call, 0, profile)) return false;
    if (count(call.base) > 1)
        return refuse(Errc::invalid, "a function of one item applied to many");
    if (!profile || count(call.base) == 0) return replace(call.base, Truth::open);
    auto const item = stack_[call.base];
    if (profile->starts_with(kDefinitions)) {
        auto const type = resolve_type("FHIR", profile->substr(kDefinitions.size()));
        if (type) return replace(call.base, Item::of(is_of_type(item, *type)));
    }
    auto const answer = context_.surroundings == nullptr
                            ? std::nullopt
                            : context_.surroundings->conforms_to(item, *profile);
    if (!answer) return refuse(Errc::not_supported, "a profile that is not known");
    return replace(call.base, Item::of(*answer));
}

bool Evaluation::member_of(Call const& call) {
    std::optional<std::string_view> value_set;
    if (!text_argument(call, 0, value_set)) return false;
    if (count(call.base) > 1)
        return refuse(Errc::invalid, "a function of one item applied to many");
    if (!value_set || count(call.base) == 0) return replace(call.base, Truth::open);
    auto const answer = context_.surroundings == nullptr
                            ? std::nullopt
                            : context_.surroundings->is_member_of(stack_[call.base], *value_set);
    if (!answer) return refuse(Errc::not_supported, "a value set that is not known");
    return replace(call.base, Item::of(*answer));
}

bool Evaluation::html_checks(Call const& call) {
    if (count(call.base) > 1)
        return refuse(Errc::invalid, "a function of one item applied to many");
    if (count(call.base) == 0) return true;
    auto item = stack_[call.base];
    if (item.is_element() && item.has_value() && item.value().is_object()) {
        auto const div = item.value().member("div");
        if (!div) return replace(call.base, Item::of(false));
        item = Item::element(*div, Model::of_r4().string_type());
    }
    auto const text = system_value(item);
    bool const good = text.kind() == ItemKind::string && check_narrative(text.text()).has_value();
    if (text.kind() == ItemKind::string && !count_step(text.text().size() / 16)) return false;
    return replace(call.base, Item::of(good));
}

}  // namespace salus::fhir::fhirpath
