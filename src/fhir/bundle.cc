#include "fhir/bundle.h"

#include <unordered_set>

#include "fhir/contents.h"
#include "foundation/check.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

std::optional<BundleMethod> method_named(std::string_view name) {
    if (name == "GET") return BundleMethod::get;
    if (name == "HEAD") return BundleMethod::head;
    if (name == "POST") return BundleMethod::post;
    if (name == "PUT") return BundleMethod::put;
    if (name == "PATCH") return BundleMethod::patch;
    if (name == "DELETE") return BundleMethod::erase;
    return std::nullopt;
}

bool takes_resource(BundleMethod method) {
    return method == BundleMethod::post || method == BundleMethod::put ||
           method == BundleMethod::patch;
}

std::unexpected<Error> refuse(std::size_t index, Literal why) {
    Location path;
    path.prepend_index(index);
    path.prepend("entry");
    path.prepend("Bundle");
    return fail(Error{Errc::invalid, why, std::move(path)});
}

// The request of an entry, and whether a resource stands where its method takes one.
Result<BundleEntry> read_request(json::Value entry, std::size_t index) {
    auto const request = entry.member("request");
    if (!request) return refuse(index, "request is missing");
    auto const method = method_named(request->text_member("method").value_or(""));
    auto url = request->text_member("url");
    if (!method) return refuse(index, "request.method is not an HTTP verb");
    if (!url) return refuse(index, "request.url is missing");
    BundleEntry read{.full_url = entry.text_member("fullUrl").value_or(""),
                     .method = *method,
                     .url = *std::move(url),
                     .if_match = request->text_member("ifMatch").value_or(""),
                     .if_none_match = request->text_member("ifNoneMatch").value_or(""),
                     .if_none_exist = request->text_member("ifNoneExist").value_or(""),
                     .if_modified_since = request->text_member("ifModifiedSince").value_or(""),
                     .resource = std::nullopt};
    bool const operation = *method == BundleMethod::post && read.url.find('$') != std::string::npos;
    bool const has_resource = entry.member("resource").has_value();
    if (has_resource != takes_resource(*method) && !operation)
        return refuse(index, "resource does not fit the method");
    return read;
}

Result<BundleEntry> read_entry(json::Value entry, std::size_t index) {
    SALUS_TRY(auto read, read_request(entry, index));
    auto const resource = entry.member("resource");
    if (!resource) return read;
    auto const* type = find_resource_type(resource->text_member("resourceType").value_or(""));
    if (type == nullptr) return refuse(index, "resourceType is not a FHIR R4 type");
    read.resource = Contents::view(*type, *resource);
    return read;
}

std::string_view type_name(BundleType type) {
    switch (type) {
        case BundleType::transaction: return "transaction";
        case BundleType::batch: return "batch";
        case BundleType::searchset: return "searchset";
        case BundleType::history: return "history";
        case BundleType::transaction_response: return "transaction-response";
        case BundleType::batch_response: return "batch-response";
    }
    return "searchset";
}

void optional_text(json::Writer& writer, std::string_view name, std::string_view text) {
    if (!text.empty()) writer.key(name).string(text);
}

}  // namespace

Result<BundleRequests> read_requests(ResourceView const& bundle) {
    auto const root = Contents::of(bundle);
    auto const type = root.text_member("type");
    bool const transaction = type == "transaction";
    if (bundle.type().name.text() != "Bundle" || (!transaction && type != "batch"))
        return fail(Errc::invalid, "not a transaction or batch");
    BundleRequests requests{transaction ? BundleType::transaction : BundleType::batch, {}};
    auto const entries = root.member("entry");
    if (!entries) return requests;
    if (!entries->is_array()) return fail(Errc::invalid, "a list is expected");
    if (entries->size() > limits::kBundleEntries)
        return fail(Errc::too_large, "too many entries in one Bundle");
    std::unordered_set<std::string> urls;
    requests.entries.reserve(entries->size());
    for (auto const each : entries->elements()) {
        SALUS_TRY(auto entry, read_entry(each, requests.entries.size()));
        if (!entry.full_url.empty() && !urls.insert(entry.full_url).second)
            return refuse(requests.entries.size(), "fullUrl is repeated");
        requests.entries.push_back(std::move(entry));
    }
    return requests;
}

namespace {

bool has_known_members(json::Value object, Type const& type) {
    if (!object.is_object()) return false;
    for (auto const member : object.members()) {
        auto const name = member.name();
        auto const element = std::string_view(name).substr(name.starts_with('_') ? 1 : 0);
        bool const named = name == "resourceType" || find_element(type, element) != nullptr;
        if (!named) return false;
    }
    return true;
}

Result<BatchEntry> read_batch_entry(json::Value value, Type const& type, std::size_t index) {
    if (!has_known_members(value, type)) return refuse(index, "unknown element");
    SALUS_TRY(auto entry, read_request(value, index));
    return BatchEntry{std::move(entry), value.member("resource")};
}

}  // namespace

Result<std::vector<Result<BatchEntry>>> read_batch(json::Value bundle) {
    auto const* type = find_resource_type("Bundle");
    auto const* entry_element = type == nullptr ? nullptr : find_element(*type, "entry");
    if (entry_element == nullptr) return fail(Errc::internal, "Bundle is not defined");
    bool const batch = has_known_members(bundle, *type) &&
                       bundle.text_member("resourceType") == "Bundle" &&
                       bundle.text_member("type") == "batch";
    if (!batch) return fail(Errc::invalid, "not a transaction or batch");
    std::vector<Result<BatchEntry>> entries;
    auto const list = bundle.member("entry");
    if (!list) return entries;
    if (!list->is_array()) return fail(Errc::invalid, "a list is expected");
    if (list->size() > limits::kBundleEntries)
        return fail(Errc::too_large, "too many entries in one Bundle");
    entries.reserve(list->size());
    for (auto const each : list->elements())
        entries.push_back(read_batch_entry(each, *entry_element->type, entries.size()));
    return entries;
}

BundleWriter::BundleWriter(BundleType type, std::string_view id, WallTime now)
    : out_(std::make_unique<std::string>()), writer_(*out_) {
    writer_.begin_object().key("resourceType").string("Bundle");
    optional_text(writer_, "id", id);
    writer_.key("meta").begin_object().key("lastUpdated").string(to_instant(now)).end_object();
    writer_.key("type").string(type_name(type));
}

BundleWriter& BundleWriter::total(std::size_t matches) {
    SALUS_CHECK(part_ == Part::head);
    writer_.key("total").integer(static_cast<std::int64_t>(matches));
    return *this;
}

BundleWriter& BundleWriter::link(Literal relation, std::string_view url) {
    SALUS_CHECK(part_ != Part::entries);
    move_to(Part::links);
    writer_.begin_object().key("relation").string(relation.text());
    writer_.key("url").string(url).end_object();
    return *this;
}

BundleWriter& BundleWriter::entry(Entry const& entry) {
    move_to(Part::entries);
    writer_.begin_object();
    optional_text(writer_, "fullUrl", entry.full_url);
    if (!entry.resource.empty()) writer_.key("resource").raw(entry.resource);
    if (!entry.search_mode.empty()) {
        writer_.key("search").begin_object().key("mode").string(entry.search_mode.text());
        writer_.end_object();
    }
    if (!entry.method.empty()) request(entry);
    if (!entry.status.empty()) response(entry);
    writer_.end_object();
    return *this;
}

EphiText BundleWriter::finish() && {
    if (part_ != Part::head) writer_.end_array();
    writer_.end_object();
    return EphiText(std::move(*out_));
}

// An empty list would not be valid FHIR, so lists begin with their first item.
void BundleWriter::move_to(Part part) {
    if (part_ == part) return;
    if (part_ != Part::head) writer_.end_array();
    writer_.key(part == Part::links ? "link" : "entry").begin_array();
    part_ = part;
}

void BundleWriter::request(Entry const& entry) {
    writer_.key("request").begin_object().key("method").string(entry.method.text());
    writer_.key("url").string(entry.url).end_object();
}

void BundleWriter::response(Entry const& entry) {
    writer_.key("response").begin_object().key("status").string(entry.status);
    optional_text(writer_, "location", entry.location);
    optional_text(writer_, "etag", entry.etag);
    if (entry.modified) writer_.key("lastModified").string(to_instant(*entry.modified));
    if (!entry.outcome.empty()) writer_.key("outcome").raw(entry.outcome);
    writer_.end_object();
}

}  // namespace salus::fhir
