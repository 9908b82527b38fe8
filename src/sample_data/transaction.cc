#include "sample_data/transaction.h"

namespace salus::sample_data {

Transaction::Transaction() {
    text_.begin_object();
    text_.text("resourceType", "Bundle");
    text_.text("type", "transaction");
    text_.begin_array("entry");
}

void Transaction::begin_entry(EntryType const& type, std::string_view uuid) {
    text_.begin_object();
    text_.text("fullUrl", "urn:uuid:" + std::string(uuid));
    text_.begin_object("resource");
    text_.text("resourceType", type.resource_type.text());
    if (type.profile.empty()) return;
    text_.begin_object("meta");
    text_.begin_array("profile");
    text_.text_element(type.profile.text());
    text_.end_array();
    text_.end_object();
}

void Transaction::end_entry(EntryType const& type) {
    text_.end_object();
    text_.begin_object("request");
    text_.text("method", "POST");
    text_.text("url", type.resource_type.text());
    text_.end_object();
    text_.end_object();
    ++entries_;
}

std::string Transaction::take() && {
    text_.end_array();
    text_.end_object();
    return std::move(text_).take();
}

}  // namespace salus::sample_data
