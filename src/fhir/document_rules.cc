#include "fhir/document_rules.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/reference.h"

namespace salus::fhir {
namespace {

constexpr std::size_t kNameBytes = 2048;  // what is longer is text, and names no entry

// Without a version and a fragment.
std::string_view target_of(std::string_view reference) {
    reference = reference.substr(0, reference.find('#'));
    return reference.substr(0, reference.find("/_history/"));
}

// Type/id at the end of an address of the RESTful form; empty: it is none.
std::string_view tail_of(std::string_view address) {
    if (!address.starts_with("http") || type_of_reference(address) == nullptr) return {};
    auto const id = address.rfind('/');
    auto const before = address.rfind('/', id - 1);
    return before == std::string_view::npos ? std::string_view() : address.substr(before + 1);
}

// Finds entries by what may refer to them.
class EntryFinder {
public:
    explicit EntryFinder(json::Value entries) {
        std::size_t index = 0;
        for (auto const entry : entries.elements()) add(entry, index++);
    }

    // As https://hl7.org/fhir/R4/bundle.html#references says.
    [[nodiscard]] bool resolves(std::string_view reference, std::string_view from) const {
        auto const target = target_of(reference);
        if (target.empty()) return true;
        if (is_absolute_uri(target)) return by_url_.contains(std::string(target));
        auto const tail = tail_of(from);
        if (tail.empty()) return false;
        auto address = std::string(from.substr(0, from.size() - tail.size()));
        return by_url_.contains(address.append(target));
    }

    // Whatever could be meant, for who asks whether an entry has a part in the document at all.
    [[nodiscard]] std::optional<std::size_t> loosely(std::string_view text) const {
        auto const target = target_of(text);
        if (target.empty() || target.size() > kNameBytes) return std::nullopt;
        if (auto const found = by_url_.find(std::string(target)); found != by_url_.end())
            return found->second;
        auto const tail = is_absolute_uri(target) ? tail_of(target) : target;
        auto const found = by_name_.find(std::string(tail));
        return found != by_name_.end() ? std::optional(found->second) : std::nullopt;
    }

    // An entry that is the same thing as another, under this name.
    [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> const& same() const {
        return same_;
    }

private:
    void name(std::unordered_map<std::string, std::size_t>& names, std::string key,
              std::size_t index) {
        auto const [found, added] = names.emplace(std::move(key), index);
        if (!added) same_.emplace_back(found->second, index);
    }
    void add(json::Value entry, std::size_t index) {
        if (auto url = entry.text_member("fullUrl")) {
            if (auto const tail = tail_of(*url); !tail.empty())
                name(by_name_, std::string(tail), index);
            name(by_url_, *std::move(url), index);
        }
        auto const resource = entry.member("resource");
        if (!resource) return;
        auto const type = resource->text_member("resourceType");
        auto const id = resource->text_member("id");
        if (type && id) name(by_name_, *type + "/" + *id, index);
        if (auto url = resource->text_member("url")) name(by_name_, *std::move(url), index);
    }

    std::unordered_map<std::string, std::size_t> by_url_;
    std::unordered_map<std::string, std::size_t> by_name_;
    std::vector<std::pair<std::size_t, std::size_t>> same_;
};

template <class Use>
void for_each_item(json::Value parent, std::string_view name, Use use) {
    auto const found = parent.member(name);
    if (!found) return;
    if (!found->is_array()) return use(*found);
    for (auto const each : found->elements()) use(each);
}

class EntryReferences {
public:
    EntryReferences(EntryFinder const& finder, std::string from, ElementPath& path,
                    Reporter& report)
        : finder_(finder), from_(std::move(from)), path_(path), report_(report) {}

    // "Any resource referenced directly in the Composition".
    void composition(json::Value value) {
        constexpr auto kOwn = std::to_array<std::string_view>({"encounter", "author", "custodian"});
        all(value, "subject", Absent::told);
        for (auto const name : kOwn) all(value, name);
        for_each_item(value, "attester", [&](json::Value each) { all(each, "party"); });
        for_each_item(value, "event", [&](json::Value each) { all(each, "detail"); });
        sections(value);
    }
    // A document of which somebody is the subject whose record it does not carry: told only.
    enum class Absent : std::uint8_t { refused, told };
    void all(json::Value parent, std::string_view name, Absent absent = Absent::refused) {
        for_each_item(parent, name, [&](json::Value each) {
            auto const reference = each.text_member("reference");
            if (!reference || finder_.resolves(*reference, from_)) return;
            path_.at_index(0);
            if (absent == Absent::told && !finder_.loosely(*reference))
                return report_.warning("not-found", "the subject is not in the document");
            report_.error("not-found", "a reference that leads to no entry of the Bundle");
        });
    }

private:
    // As deep as the document.
    void sections(json::Value parent) {
        for_each_item(parent, "section", [&](json::Value section) {
            for (std::string_view const name : {"author", "focus", "entry"}) all(section, name);
            sections(section);
        });
    }

    EntryFinder const& finder_;
    std::string from_;
    ElementPath& path_;
    Reporter& report_;
};

// Which entries belong together, in whatever direction one refers to the other.
class EntryGroups {
public:
    explicit EntryGroups(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    }
    [[nodiscard]] std::size_t group(std::size_t index) {
        while (parent_[index] != index) {
            parent_[index] = parent_[parent_[index]];
            index = parent_[index];
        }
        return index;
    }
    void join(std::size_t one, std::size_t other) { parent_[group(other)] = group(one); }
    // As deep as the document.
    void join_all(json::Value value, std::size_t index, EntryFinder const& finder) {
        if (value.is_string()) {
            if (value.raw_text().size() > kNameBytes) return;
            if (auto const found = finder.loosely(value.text())) join(*found, index);
        } else if (value.is_array()) {
            for (auto const each : value.elements()) join_all(each, index, finder);
        } else if (value.is_object()) {
            for (auto const& each : value.members()) join_all(each.value, index, finder);
        }
    }

private:
    std::vector<std::size_t> parent_;
};

// "Only" the Composition, what it refers to and what refers to that; and the stylesheets.
void check_belonging(json::Value entries, EntryFinder const& finder, ElementPath& path,
                     Reporter& report) {
    EntryGroups groups(entries.size());
    for (auto const& [one, other] : finder.same()) groups.join(one, other);
    std::size_t index = 0;
    for (auto const entry : entries.elements()) {
        if (auto const resource = entry.member("resource"))
            groups.join_all(*resource, index, finder);
        ++index;
    }
    index = 0;
    for (auto const entry : entries.elements()) {
        auto const resource = entry.member("resource");
        auto const type = resource ? resource->text_member("resourceType") : std::nullopt;
        path.at_index(index);
        if (type != "Binary" && groups.group(index) != groups.group(0))
            report.error("invalid", "an entry that the document's Composition does not lead to");
        ++index;
    }
}

std::optional<json::Value> first_resource(json::Value entries) {
    if (entries.size() == 0) return std::nullopt;
    return (*entries.elements().begin()).member("resource");
}

std::string first_url(json::Value entries) {
    return (*entries.elements().begin()).text_member("fullUrl").value_or("");
}

}  // namespace

void check_document_entries(json::Value entries, ElementPath& path, Reporter& report) {
    auto const composition = first_resource(entries);
    if (!composition) return;
    EntryFinder const finder(entries);
    EntryReferences(finder, first_url(entries), path, report).composition(*composition);
    check_belonging(entries, finder, path, report);
}

void check_message_entries(json::Value entries, ElementPath& path, Reporter& report) {
    auto const header = first_resource(entries);
    if (!header) return;
    EntryFinder const finder(entries);
    EntryReferences(finder, first_url(entries), path, report).all(*header, "focus");
}

}  // namespace salus::fhir
