use serde_json::Value;

/// A JSON object to be written: members keep their order and their duplicates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Vec<(String, Json)>);

#[derive(Clone, Debug)]
pub(crate) enum Json {
    Value(Value),
    Object(Object),
    /// Already written.
    Raw(String),
}

impl Object {
    pub(crate) fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.add(name, value);
        self
    }

    /// Adds a member, even if there is one with this name.
    pub(crate) fn add(&mut self, name: &str, value: impl Into<Json>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Changes an existing member.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Json>) {
        *self.get_mut(name) = value.into();
    }

    /// A member that is text.
    pub(crate) fn text(&self, name: &str) -> &str {
        let member = self.0.iter().find(|member| member.0 == name);
        match member {
            Some((_, Json::Value(Value::String(text)))) => text,
            other => panic!("{name} is no text: {other:?}"),
        }
    }

    /// A member that is an object.
    pub(crate) fn object(&mut self, name: &str) -> &mut Self {
        match self.get_mut(name) {
            Json::Object(object) => object,
            other => panic!("{name} is no object: {other:?}"),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        let before = self.0.len();
        self.0.retain(|member| member.0 != name);
        assert!(self.0.len() < before, "{name} is there");
    }

    fn get_mut(&mut self, name: &str) -> &mut Json {
        let member = self.0.iter_mut().find(|member| member.0 == name);
        &mut member.unwrap_or_else(|| panic!("{name} is there")).1
    }

    pub(crate) fn encode(&self) -> String {
        let members: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Json::Value(value) => value.to_string(),
                    Json::Object(object) => object.encode(),
                    Json::Raw(text) => text.clone(),
                };
                format!("{}:{value}", Value::from(name.as_str()))
            })
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}
