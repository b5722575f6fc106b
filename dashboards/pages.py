"""The pages of the server: sign-in for strangers, and for a signed-in user the boards that the roles open."""

import streamlit as st

st.set_page_config(page_title="Bihuan 闭环", page_icon=":material/all_inclusive:", layout="wide")
st.title("Bihuan 闭环")
