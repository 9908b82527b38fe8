#include "fhir/loaded_parameters.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "foundation/check.h"

namespace salus::fhir {
namespace {

// Of how values are found and written. Raise it when that changes: what is indexed is then found
// anew.
constexpr std::string_view kValuesVersion = "1";

// Parts of a digest's text cannot run into each other.
void append_part(std::string& text, std::string_view part) {
    text.append(std::to_string(part.size())).append(":").append(part);
}

bool among(auto const& allowed, auto one) {
    return !allowed || std::ranges::find(*allowed, one) != allowed->end();
}

std::string restrictions(LoadedExpression const& expression) {
    std::string text;
    for (auto const each : expression.modifiers.value_or(std::vector<SearchModifier>{}))
        text.append("m").append(std::to_string(static_cast<int>(each)));
    for (auto const each : expression.prefixes.value_or(std::vector<SearchPrefix>{}))
        text.append("p").append(std::to_string(static_cast<int>(each)));
    return text;
}

}  // namespace

bool LoadedExpression::allows(SearchModifier modifier) const noexcept {
    return modifier == SearchModifier::none || among(modifiers, modifier);
}

bool LoadedExpression::allows(SearchPrefix prefix) const noexcept {
    return prefix == SearchPrefix::eq || among(prefixes, prefix);
}

LoadedParameters::LoadedParameters(std::vector<LoadedParameter> parameters,
                                   DefinitionDigest digest_of) {
    std::ranges::sort(parameters, {}, [](LoadedParameter const& each) {
        return std::tuple(each.base->name.text(), std::string_view(each.code));
    });
    std::string everything;
    std::unordered_map<Type const*, std::string> texts;
    for (auto& each : parameters) {
        auto const& kept = all_.emplace_back(std::move(each));
        SearchParameter parameter{.name = ParameterName(std::string_view(kept.code)),
                                  .type = kept.type,
                                  .paths = {},
                                  .tuples = {},
                                  .expression = {},
                                  .elements = kept.elements,
                                  .targets = kept.targets,
                                  .loaded = &kept.expression};
        if (kept.type == ParameterType::composite)
            parameter.tuples = {&tuples_.emplace_back(SearchTuple{{}, kept.components}), 1};
        types_[kept.base].parameters.push_back(parameter);
        auto& text = texts[kept.base];
        for (auto const part : {std::string_view(kept.code), std::string_view(kept.text)})
            append_part(text, part);
        for (auto const part : {kept.base->name.text(), std::string_view(kept.url)})
            append_part(everything, part);
        for (auto const* target : kept.targets) append_part(everything, target->name.text());
        append_part(everything, restrictions(kept.expression));
        append_part(everything, kept.code);
        append_part(everything, kept.text);
    }
    for (auto& [type, of_type] : types_) {
        of_type.stamp = digest_of(std::string(kValuesVersion) + texts[type]).substr(0, kStampBytes);
        SALUS_CHECK(of_type.stamp.size() == kStampBytes);
    }
    digest_ = digest_of(std::string(kValuesVersion) + everything);
}

LoadedParameters::OfType const* LoadedParameters::of(Type const& type) const noexcept {
    auto const found = types_.find(&type);
    return found == types_.end() ? nullptr : &found->second;
}

std::string const& LoadedParameters::url(SearchParameter const& parameter) const {
    auto const found = std::ranges::find_if(
        all_, [&](LoadedParameter const& each) { return &each.expression == parameter.loaded; });
    SALUS_CHECK(found != all_.end());
    return found->url;
}

TypeParameters::TypeParameters(Type const& type, LoadedParameters const* loaded)
    : type_(&type), own_(type.search_parameters) {
    auto const* of_type = loaded == nullptr ? nullptr : loaded->of(type);
    if (of_type == nullptr) return;
    loaded_ = of_type->parameters;
    stamp_ = of_type->stamp;
}

SearchParameter const* TypeParameters::find(std::string_view name) const noexcept {
    if (auto const* own = find_search_parameter(*type_, name)) return own;
    auto const position = find_loaded(name);
    return position ? &at(*position) : nullptr;
}

std::optional<std::size_t> TypeParameters::find_loaded(std::string_view name) const noexcept {
    auto const found = std::ranges::lower_bound(
        loaded_, name, {}, [](SearchParameter const& each) { return each.name.text(); });
    if (found == loaded_.end() || found->name.text() != name) return std::nullopt;
    return own_.size() + static_cast<std::size_t>(found - loaded_.begin());
}

std::size_t TypeParameters::position(SearchParameter const& parameter) const noexcept {
    auto const inside = [&](std::span<SearchParameter const> part) {
        std::less<SearchParameter const*> const before;
        return !part.empty() && !before(&parameter, part.data()) &&
               before(&parameter, part.data() + part.size());
    };
    if (inside(own_)) return static_cast<std::size_t>(&parameter - own_.data());
    SALUS_CHECK(inside(loaded_));
    return own_.size() + static_cast<std::size_t>(&parameter - loaded_.data());
}

}  // namespace salus::fhir
