#include "fhir/server_fields.h"

#include <array>
#include <vector>

#include "fhir/contents.h"
#include "fhir/validator.h"
#include "json/writer.h"

namespace salus::fhir {
namespace {

struct Edit {
    std::size_t begin;  // in the document's text
    std::size_t end;
    std::string replacement;
};

// Finds the values to rewrite, in document order.
class Rewriting {
public:
    explicit Rewriting(ReferenceMap const& references)
        : references_(references), reference_type_(find_type("Reference")) {}

    std::vector<Edit> find(json::Value root, Type const& type) {
        object(root, type);
        return std::move(edits_);
    }

private:
    void object(json::Value value, Type const& type) {
        std::size_t next = 0;
        for (auto const& member : value.members()) {
            auto const name = member.name();
            bool const companion = name.starts_with('_');
            auto const* element =
                find_next_element(type, std::string_view(name).substr(companion ? 1 : 0), next);
            if (element == nullptr) continue;
            if (&type == reference_type_ && name == "reference")
                replace(member.value);
            else if (!companion)
                each(member.value, *element->type);
            else
                each(member.value, *find_type("Element"));
        }
    }

    void each(json::Value value, Type const& type) {
        if (value.is_array()) {
            for (auto const item : value.elements()) each(item, type);
        } else if (value.is_object()) {
            auto const resource = type.kind == TypeKind::any_resource;
            auto const stated = resource ? type_of_resource(value) : Result<Type const*>(&type);
            if (stated) object(value, **stated);
        } else if (value.is_string()) {
            text(value, type.lexical);
        }
    }

    void text(json::Value value, Lexical lexical) {
        if (lexical == Lexical::uri || lexical == Lexical::url || lexical == Lexical::oid ||
            lexical == Lexical::uuid)
            replace(value);
        if (lexical == Lexical::xhtml) narrative(value);
    }

    void replace(json::Value value) {
        if (!value.is_string()) return;
        auto const found = references_.find(value.text());
        if (found == references_.end()) return;
        std::string quoted;
        json::append_quoted(quoted, found->second);
        edits_.push_back({value.offset(), value.offset() + value.raw().size(), std::move(quoted)});
    }

    // The values of href and src attributes.
    void narrative(json::Value value) {
        auto const before = value.text();
        std::string after;
        std::size_t copied = 0;
        for (auto at = before.find('='); at < before.size(); at = before.find('=', at + 1)) {
            auto const quote = at + 1 < before.size() ? before[at + 1] : ' ';
            auto const name = std::string_view(before).substr(0, at);
            if ((quote != '"' && quote != '\'') ||
                !(name.ends_with(" href") || name.ends_with(" src")))
                continue;
            auto const end = before.find(quote, at + 2);
            if (end == std::string::npos) break;
            auto const found =
                references_.find(std::string_view(before).substr(at + 2, end - at - 2));
            if (found == references_.end()) continue;
            after.append(before, copied, at + 2 - copied).append(found->second);
            copied = end;
        }
        if (copied == 0) return;
        after.append(before, copied);
        std::string quoted;
        json::append_quoted(quoted, after);
        edits_.push_back({value.offset(), value.offset() + value.raw().size(), std::move(quoted)});
    }

    ReferenceMap const& references_;
    Type const* reference_type_;
    std::vector<Edit> edits_;
};

// Appends values minified, with the edits that fall into them.
class EditedCopy {
public:
    EditedCopy(json::Value root, std::vector<Edit> edits)
        : text_(root.raw()), base_(root.offset()), edits_(std::move(edits)) {}

    [[nodiscard]] std::string of(json::Value value) const {
        std::string out;
        auto at = value.offset();
        auto const end = at + value.raw().size();
        for (auto const& edit : edits_) {
            if (edit.begin < at || edit.end > end) continue;
            json::append_minified(out, text_.substr(at - base_, edit.begin - at));
            out.append(edit.replacement);
            at = edit.end;
        }
        json::append_minified(out, text_.substr(at - base_, end - at));
        return out;
    }

private:
    std::string_view text_;
    std::size_t base_;
    std::vector<Edit> edits_;
};

bool is_one_of(json::Value::Member const& member, std::initializer_list<std::string_view> names) {
    for (auto const name : names) {
        if (member.is_named(name)) return true;
    }
    return false;
}

void write_meta(json::Writer& writer, json::Value root, EditedCopy const& copy,
                ServerFields const& fields) {
    writer.key("meta").begin_object();
    writer.key("versionId").string(fields.version_id);
    writer.key("lastUpdated").string(to_instant(fields.last_updated));
    if (auto const meta = root.member("meta"); meta && meta->is_object()) {
        for (auto const& member : meta->members()) {
            if (is_one_of(member, {"versionId", "lastUpdated", "_versionId", "_lastUpdated"}))
                continue;
            writer.key(member.name()).raw(copy.of(member.value));
        }
    }
    writer.end_object();
}

}  // namespace

EphiText stored_form(ResourceView const& resource, ServerFields const& fields,
                     ReferenceMap const& references) {
    auto const root = Contents::of(resource);
    std::vector<Edit> edits;
    if (!references.empty()) edits = Rewriting(references).find(root, resource.type());
    EditedCopy const copy(root, std::move(edits));
    std::string out;
    out.reserve(root.raw().size() + 256);
    json::Writer writer(out);
    writer.begin_object().key("resourceType").string(resource.type().name.text());
    writer.key("id").string(fields.id);
    write_meta(writer, root, copy, fields);
    for (auto const& member : root.members()) {
        if (is_one_of(member, {"resourceType", "id", "_id", "meta"})) continue;
        writer.key(member.name()).raw(copy.of(member.value));
    }
    writer.end_object();
    return EphiText(std::move(out));
}

}  // namespace salus::fhir
